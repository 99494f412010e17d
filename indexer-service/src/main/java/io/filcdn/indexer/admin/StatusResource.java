package io.filcdn.indexer.admin;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.network.Network;
import io.filcdn.indexer.health.Freshness;
import io.filcdn.indexer.health.Progress;
import io.filcdn.indexer.rpc.ChainNodes;
import io.filcdn.indexer.rpc.NodeStatus;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/**
 * The resource of {@code GET /status}, which tells how far the index is behind the chain, and of
 * {@code GET /health}.
 */
@Path("/")
public final class StatusResource {

  private final Network network;
  private final Progress progress;
  private final Freshness freshness;
  private final ChainNodes nodes;

  StatusResource(Network network, Progress progress, Freshness freshness, ChainNodes nodes) {
    this.network = network;
    this.progress = progress;
    this.freshness = freshness;
    this.nodes = nodes;
  }

  /**
   * The answer of {@code /status}; what is not known yet is left out.
   *
   * @param head the chain's newest block
   * @param indexed the newest block in the index
   * @param finalNumber the newest block in the index that cannot change any more
   * @param lagBlocks how far {@code indexed} is behind {@code head}
   * @param headAgeSeconds how long the head has been the same
   * @param undecodableLogs logs that are kept aside, as they have not the form of their event
   * @param malformedLogs logs that are kept aside, as what they say cannot be, such as a PieceCID
   *     that is none
   * @param detail what is amiss
   * @param nodes how each JSON-RPC node is doing
   */
  public record Sync(
      String network,
      long chainId,
      Optional<BlockNumber> head,
      Optional<Indexed> indexed,
      @JsonProperty("final") Optional<BlockNumber> finalNumber,
      Optional<Long> lagBlocks,
      long headAgeSeconds,
      long undecodableLogs,
      long malformedLogs,
      String state,
      Optional<String> detail,
      List<NodeStatus> nodes) {}

  /** A block in the index. */
  public record Indexed(BlockNumber number, BlockHash hash) {}

  /** The answer of {@code /health}. */
  public record Health(String status, Optional<String> detail) {}

  @GET
  @Path("/health")
  @Operation(summary = "Whether the index is as new as it has to be: 200 or 503")
  public Response health() {
    Optional<String> failure = freshness.failure();
    return answer(failure, new Health(failure.isEmpty() ? "ok" : "unavailable", failure));
  }

  @GET
  @Path("/status")
  @Operation(summary = "How far the index is behind the chain; 503 where that is too far")
  @APIResponse(
      responseCode = "200",
      description = "as new as it has to be",
      content = @Content(schema = @Schema(implementation = Sync.class)))
  @APIResponse(
      responseCode = "503",
      description = "fails, has halted, or is behind the head by more than the configured bound",
      content = @Content(schema = @Schema(implementation = Sync.class)))
  public Response status() {
    Progress.Snapshot now = progress.now();
    Optional<String> failure = freshness.failure();
    return answer(
        failure,
        new Sync(
            network.name(),
            network.chainId(),
            now.tip().map(tip -> tip.head().number()),
            now.cursor().map(cursor -> new Indexed(cursor.number(), cursor.hash())),
            now.finalNumber(),
            now.lagBlocks(),
            progress.headAge().toSeconds(),
            now.undecodable().unknown(),
            now.undecodable().malformed(),
            now.state().text(),
            failure.or(now::detail),
            nodes.status()));
  }

  private static Response answer(Optional<String> failure, Object entity) {
    return Response.status(failure.isEmpty() ? Status.OK : Status.SERVICE_UNAVAILABLE)
        .entity(entity)
        .type(MediaType.APPLICATION_JSON_TYPE)
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }
}
