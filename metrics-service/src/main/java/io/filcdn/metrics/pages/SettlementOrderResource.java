package io.filcdn.metrics.pages;

import io.filcdn.metrics.pages.NeighbourResource.Neighbours;
import io.filcdn.service.auth.BearerToken;
import io.filcdn.service.problem.HttpProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The orders that operators give settlement, passed on. Settlement judges the token. */
@Path("/api/v1/admin/settlement")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(
    name = "Other services",
    description = "What settlement and the indexer answer, where the operator has named them")
public class SettlementOrderResource {

  private static final String ORDERS = "report|settle|set-asides/retry|set-asides/release";

  /** Anything else would cost settlement an answer. */
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,1000}");

  private final Neighbours neighbours;

  public SettlementOrderResource(Neighbours neighbours) {
    this.neighbours = neighbours;
  }

  @POST
  @Consumes(MediaType.WILDCARD)
  @Path("{path: " + ORDERS + "}")
  @Operation(summary = "What settlement does on POST /api/v1/admin/{path}")
  @APIResponse(responseCode = "200", description = "As settlement answers")
  @APIResponse(responseCode = "401", description = "No token, or not settlement's")
  @APIResponse(responseCode = "404", description = "The operator has not switched orders on here")
  @APIResponse(responseCode = "503", description = "Settlement is away, or busy")
  public Response order(
      @PathParam("path") String path,
      @Context UriInfo uri,
      @Nullable @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization) {
    if (!neighbours.takeOrders()) {
      throw HttpProblem.unknown(
          "orders", "orders are not passed on here: set filcdn.metrics.pages.orders");
    }
    String token =
        BearerToken.read(authorization)
            .filter(text -> TOKEN.matcher(text).matches())
            .orElseThrow(
                () ->
                    BearerToken.unauthorized("expected the admin token as Authorization: Bearer"));
    return neighbours
        .settlement()
        .post("/api/v1/admin/" + path, uri.getRequestUri().getRawQuery(), "Bearer " + token)
        .response();
  }
}
