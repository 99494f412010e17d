package io.filcdn.retrieval;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.admin.RunningEdge;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Calls for operators. They are on the management port only, and each carries the admin token. */
@Path("/admin")
public class AdminResource {

  private static final Logger LOG = Logger.getLogger(AdminResource.class);

  private final RunningEdge edge;
  private final Optional<String> token;

  @Inject
  AdminResource(RunningEdge edge, RetrievalConfig config) {
    this.edge = edge;
    this.token = config.retrieval().admin().token();
  }

  /** Drops a piece from the cache. Responses under way go on; the next request fetches it again. */
  @DELETE
  @Path("/pieces/{pieceCid}")
  public Response purge(
      @PathParam("pieceCid") String pieceCid,
      @HeaderParam("Authorization") @Nullable String authorization) {
    if (!isOperator(authorization)) {
      return Response.status(401).header("WWW-Authenticate", "Bearer").build();
    }
    PieceCid piece;
    try {
      piece = PieceCid.parse(pieceCid);
    } catch (IllegalArgumentException e) {
      return Response.status(400).entity(Map.of("message", e.getMessage())).build();
    }
    boolean purged = edge.purge(piece);
    LOG.infof("an operator purges %s: %s", piece, purged ? "it was cached" : "it was not cached");
    return Response.ok(Map.of("pieceCid", piece.toString(), "wasCached", purged)).build();
  }

  private boolean isOperator(@Nullable String authorization) {
    return token.isPresent()
        && authorization != null
        && MessageDigest.isEqual(
            authorization.getBytes(StandardCharsets.UTF_8),
            ("Bearer " + token.get()).getBytes(StandardCharsets.UTF_8));
  }
}
