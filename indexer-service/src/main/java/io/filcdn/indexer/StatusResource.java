package io.filcdn.indexer;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.network.Network;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** {@code GET /status}: how far the index is behind the chain. */
@Path("/status")
public final class StatusResource {

  private final Network network;
  private final Progress progress;

  StatusResource(Network network, Progress progress) {
    this.network = network;
    this.progress = progress;
  }

  /**
   * The answer; what is not known yet is left out.
   *
   * @param head the chain's newest block
   * @param indexed the newest block in the index
   * @param finalNumber the newest block in the index that cannot change any more
   * @param lagBlocks how far {@code indexed} is behind {@code head}
   * @param detail what is amiss
   */
  public record Status(
      String network,
      long chainId,
      Optional<BlockNumber> head,
      Optional<Indexed> indexed,
      @JsonProperty("final") Optional<BlockNumber> finalNumber,
      Optional<Long> lagBlocks,
      String state,
      Optional<String> detail) {}

  /** A block in the index. */
  public record Indexed(BlockNumber number, BlockHash hash) {}

  @GET
  @Operation(summary = "How far the index is behind the chain")
  public Status status() {
    Progress.Snapshot now = progress.now();
    return new Status(
        network.name(),
        network.chainId(),
        now.tip().map(tip -> tip.head().number()),
        now.cursor().map(cursor -> new Indexed(cursor.number(), cursor.hash())),
        now.finalNumber(),
        now.lagBlocks(),
        now.state().text(),
        now.detail());
  }
}
