package io.filcdn.metrics.pages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The parts of other services' HTTP APIs that pages show, passed on. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(
    name = "Other services",
    description = "What settlement and the indexer answer, where the operator has named them")
public class NeighbourResource {

  private static final String PAGED = "transactions";
  private static final String SHOWN = PAGED + "|set-asides|reconciliation|backlog";

  private static final Set<String> OF_INDEXER =
      Set.of("state", "head", "indexed", "final", "lagBlocks", "headAgeSeconds", "undecodableLogs");

  private final Neighbours neighbours;

  public NeighbourResource(Neighbours neighbours) {
    this.neighbours = neighbours;
  }

  /**
   * The neighbours that there are.
   *
   * @param takeOrders whether settlement takes those of operators from here
   */
  public record Neighbours(Neighbour settlement, Neighbour indexer, boolean takeOrders) {}

  @GET
  @Path("settlement/{path: " + SHOWN + "}")
  @Operation(
      summary = "What settlement answers to GET /api/v1/{path}",
      description = "Its OpenAPI document has every field; error of transactions is left out.")
  @APIResponse(responseCode = "200", description = "As settlement answers")
  @APIResponse(responseCode = "404", description = "The operator has not named settlement here")
  @APIResponse(responseCode = "503", description = "Settlement is away, or busy")
  public Response settlement(@PathParam("path") String path, @Context UriInfo uri) {
    // what the path does not read makes no other question of it
    String query = path.equals(PAGED) ? uri.getRequestUri().getRawQuery() : null;
    return neighbours
        .settlement()
        .get("/api/v1/" + path, query, NeighbourResource::hideErrors)
        .response();
  }

  @GET
  @Path("indexer/status")
  @Operation(
      summary = "What the indexer answers to GET /status, but for its nodes and what they said")
  @APIResponse(responseCode = "200", description = "As the indexer answers")
  @APIResponse(responseCode = "404", description = "The operator has not named the indexer here")
  @APIResponse(responseCode = "503", description = "The indexer is away, or too far behind")
  public Response indexer() {
    return neighbours.indexer().get("/status", null, NeighbourResource::hideNodes).response();
  }

  /** What a node or contract said may be anything, and is for operators. */
  private static void hideErrors(JsonNode told) {
    told.path("transactions")
        .forEach(
            one -> {
              if (one instanceof ObjectNode transaction) {
                transaction.remove("error");
              }
            });
  }

  /** Where the nodes are, and what they said, is for operators. */
  private static void hideNodes(JsonNode told) {
    if (told instanceof ObjectNode status) {
      status.retain(OF_INDEXER);
    }
  }
}
