package io.filcdn.metrics.query;

import io.filcdn.common.lease.EdgeStatus;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.identity.PostgresEdgeStatuses;
import io.filcdn.metrics.identity.PostgresEdgeStatuses.Told;
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
import java.util.Map;
import java.util.Optional;
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
    PostgresEdgeStatuses statuses = new PostgresEdgeStatuses();
    edges =
        new KeptAnswer<>(
            () ->
                database.call(
                    connection -> {
                      List<LeasingEdge> leasing = journals.edges(connection, MOST);
                      Map<String, Told> told =
                          statuses.find(
                              connection, leasing.stream().map(LeasingEdge::edge).toList());
                      return leasing.stream()
                          .map(edge -> Edge.of(edge, Optional.ofNullable(told.get(edge.edge()))))
                          .toList();
                    }));
  }

  /**
   * An edge that leases quota.
   *
   * @param journals of its runs that are not closed
   * @param heard when it last asked for leases
   * @param held bytes of data sets' quotas that it may serve and has not
   * @param region that its operator named, where the edge told it
   * @param cache how full its cache is, where the edge told it
   */
  public record Edge(
      String edge,
      BigInteger journals,
      Instant heard,
      BigInteger held,
      Optional<String> region,
      Optional<Cache> cache) {

    private static Edge of(LeasingEdge edge, Optional<Told> told) {
      return new Edge(
          edge.edge(),
          BigInteger.valueOf(edge.journals()),
          edge.heard(),
          BigInteger.valueOf(edge.held()),
          told.flatMap(status -> status.status().region()),
          told.map(Cache::of));
    }
  }

  /**
   * The cache of an edge, as the edge told it.
   *
   * @param at when it did, by its clock
   * @param pieces on disk, whole or in part
   * @param diskBytes what they take of the disk's share
   * @param memoryBytes of hot pieces in memory
   */
  public record Cache(
      Instant at,
      BigInteger pieces,
      ByteCount diskBytes,
      ByteCount maxDiskBytes,
      ByteCount memoryBytes) {

    private static Cache of(Told told) {
      EdgeStatus.CacheUse use = told.status().cache();
      return new Cache(
          told.at(),
          BigInteger.valueOf(use.pieces()),
          use.diskBytes(),
          use.maxDiskBytes(),
          use.memoryBytes());
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
