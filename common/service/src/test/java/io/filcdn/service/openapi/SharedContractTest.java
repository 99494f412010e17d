package io.filcdn.service.openapi;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.junit.jupiter.api.Test;

class SharedContractTest {

  @Test
  void operatorsCallsNeedTheTokenAndEveryErrorIsAProblem() {
    Operation read = OASFactory.createOperation();
    Operation decide = OASFactory.createOperation();
    OpenAPI document =
        OASFactory.createOpenAPI()
            .paths(
                OASFactory.createPaths()
                    .addPathItem("/api/v1/things", OASFactory.createPathItem().GET(read))
                    .addPathItem("/api/v1/admin/things", OASFactory.createPathItem().POST(decide)));

    new SharedContract().filterOpenAPI(document);

    assertThat(read.getSecurity()).isEmpty();
    assertThat(decide.getSecurity())
        .singleElement()
        .satisfies(needed -> assertThat(needed.getSchemes()).containsOnlyKeys("adminToken"));
    assertThat(read.getResponses().getAPIResponse("default").getRef())
        .isEqualTo("#/components/responses/Problem");
    assertThat(decide.getResponses().hasAPIResponse("401")).isTrue();
    assertThat(requireNonNull(document.getComponents().getSchemas().get("Problem")).getProperties())
        .containsOnlyKeys("type", "title", "status", "code", "detail", "details");
    assertThat(
            requireNonNull(document.getComponents().getSecuritySchemes().get("adminToken"))
                .getScheme())
        .isEqualTo("bearer");
  }
}
