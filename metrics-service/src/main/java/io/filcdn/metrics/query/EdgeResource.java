package io.filcdn.metrics.query;

import io.filcdn.metrics.quota.PostgresLeaseJournals;
import io.filcdn.metrics.quota.PostgresLeaseJournals.LeasingEdge;
import io.filcdn.service.database.Database;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The edges that lease quota, over HTTP. */
@Path("/api/v1/edges")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "System", description = "How this deployment is doing")
public class EdgeResource {

  private static final int MOST = 100;

  /** All leases of quota are looked at for it, by whoever asks. */
  private final KeptAnswer<List<Edge>> edges;

  public EdgeResource(Database database) {
    PostgresLeaseJournals journals = new PostgresLeaseJournals();
    edges =
        new KeptAnswer<>(
            () ->
                database.call(connection -> journals.edges(connection, MOST)).stream()
                    .map(Edge::of)
                    .toList());
  }

  /**
   * An edge that leases quota.
   *
   * @param journals of its runs that are not closed
   * @param heard when it last asked for leases
   * @param held bytes of data sets' quotas that it may serve and has not
   */
  public record Edge(String edge, BigInteger journals, Instant heard, BigInteger held) {

    private static Edge of(LeasingEdge edge) {
      return new Edge(
          edge.edge(),
          BigInteger.valueOf(edge.journals()),
          edge.heard(),
          BigInteger.valueOf(edge.held()));
    }
  }

  @GET
  @Operation(
      summary =
          "The edges that lease quota, those last heard of first; 100 at most, 2 s old at most")
  @APIResponse(responseCode = "200", description = "Counts are decimal texts")
  public List<Edge> edges() {
    return edges.get();
  }
}
