package io.filcdn.service.openapi;

import io.filcdn.service.problem.HttpProblem;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/**
 * The contract that every service keeps, written into its OpenAPI document: errors are problems,
 * and operators' calls carry the admin token.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class SharedContract implements OASFilter {

  private static final String ADMIN_TOKEN = "adminToken";
  private static final String PROBLEM = "Problem";
  private static final String ADMIN_PATH = "/api/v1/admin/";

  @Override
  public void filterOpenAPI(OpenAPI document) {
    Components components =
        Optional.ofNullable(document.getComponents()).orElseGet(OASFactory::createComponents);
    components.addSchema(PROBLEM, problem());
    components.addResponse(PROBLEM, response());
    components.addSecurityScheme(
        ADMIN_TOKEN,
        OASFactory.createSecurityScheme()
            .type(SecurityScheme.Type.HTTP)
            .scheme("bearer")
            .description("The token of filcdn.admin.token"));
    document.setComponents(components);
    if (document.getPaths() == null) {
      return;
    }
    document
        .getPaths()
        .getPathItems()
        .forEach(
            (path, item) ->
                item.getOperations()
                    .values()
                    .forEach(operation -> complete(operation, path.startsWith(ADMIN_PATH))));
  }

  private static void complete(Operation operation, boolean forOperators) {
    operation.setResponses(
        Optional.ofNullable(operation.getResponses())
            .orElseGet(OASFactory::createAPIResponses)
            .addAPIResponse("default", OASFactory.createAPIResponse().ref(PROBLEM)));
    if (forOperators) {
      operation.getResponses().addAPIResponse("401", OASFactory.createAPIResponse().ref(PROBLEM));
      operation.addSecurityRequirement(
          OASFactory.createSecurityRequirement().addScheme(ADMIN_TOKEN));
    } else if (operation.getSecurity() == null) {
      operation.setSecurity(List.of());
    }
  }

  private static Schema problem() {
    return OASFactory.createSchema()
        .addType(Schema.SchemaType.OBJECT)
        .description("An error, as RFC 9457 has it")
        .required(List.of("type", "title", "status", "code", "detail"))
        .addProperty("type", text("Always about:blank"))
        .addProperty("title", text("The status in words"))
        .addProperty(
            "status", OASFactory.createSchema().addType(Schema.SchemaType.INTEGER).format("int32"))
        .addProperty("code", text("The stable name of the problem, for programs"))
        .addProperty("detail", text("A sentence on this occurrence, for people"))
        .addProperty(
            "details",
            OASFactory.createSchema()
                .addType(Schema.SchemaType.ARRAY)
                .items(text("A further line for people")));
  }

  private static Schema text(String description) {
    return OASFactory.createSchema().addType(Schema.SchemaType.STRING).description(description);
  }

  private static APIResponse response() {
    return OASFactory.createAPIResponse()
        .description("The request is not answered; code and detail say why")
        .content(
            OASFactory.createContent()
                .addMediaType(
                    HttpProblem.MEDIA_TYPE,
                    OASFactory.createMediaType().schema(OASFactory.createSchema().ref(PROBLEM))));
  }
}
