package io.filcdn.retrieval.admin;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.service.auth.OperatorsOnly;
import io.filcdn.service.problem.HttpProblem;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;

/**
 * The calls for operators. They are on the management port only, and each carries the admin token.
 */
@Path("/api/v1/admin")
@OperatorsOnly
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Admin", description = "For operators: the admin token is the bearer token")
public class AdminResource {

  private static final Logger LOG = Logger.getLogger(AdminResource.class);

  private final RunningEdge edge;

  @Inject
  AdminResource(RunningEdge edge) {
    this.edge = edge;
  }

  /** The outcome of a purge. */
  public record Purged(String pieceCid, boolean wasCached) {}

  /** Drops a piece from the cache. Responses under way go on; the next request fetches it again. */
  @DELETE
  @Path("/pieces/{pieceCid}")
  @Operation(summary = "Drops a piece from the cache; the next request fetches it again")
  public Purged purge(@PathParam("pieceCid") String pieceCid) {
    PieceCid piece = HttpProblem.parsed("piece", () -> PieceCid.parse(pieceCid));
    boolean purged = edge.purge(piece);
    LOG.infof("an operator purges %s: %s", piece, purged ? "it was cached" : "it was not cached");
    return new Purged(piece.toString(), purged);
  }
}
