package io.filcdn.indexer.logs;

import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.chain.Block;
import io.filcdn.indexer.chain.BlockRange;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.chain.RawLog;
import io.filcdn.indexer.chain.UndecodableLog;
import io.filcdn.indexer.projection.ChainStep;
import io.filcdn.indexer.rpc.ChainNode;
import io.filcdn.indexer.rpc.LogsAnswer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a range of blocks from one node, and makes sure that all of it is of one chain. Final
 * blocks cannot move. Of others each header is read, so that every log belongs to a block whose
 * parents lead to where the index stands.
 */
public final class LogFetcher {

  private final FwssDecoder decoder;

  public LogFetcher(FwssDecoder decoder) {
    this.decoder = decoder;
  }

  /**
   * Reads a range.
   *
   * @param before the block that the index stands at; empty for an empty index
   */
  public FetchedRange fetch(ChainNode node, BlockRange range, Optional<BlockHash> before) {
    List<Block> blocks = range.isFinal() ? lastBlock(node, range) : linked(node, range, before);
    if (blocks.isEmpty()) {
      return new FetchedRange.Moved(
          "%s: blocks %s to %s do not follow each other".formatted(node, range.from(), range.to()));
    }
    Block last = blocks.getLast();
    return switch (node.logs(range.from(), last.number(), decoder.addresses())) {
      case LogsAnswer.Refused refused -> new FetchedRange.Refused(node + ": " + refused.reason());
      case LogsAnswer.Logs answer -> {
        boolean stood = node.block(last.number()).equals(Optional.of(last));
        yield stood && belong(answer.logs(), range, blocks)
            ? decoded(blocks, answer.logs())
            : new FetchedRange.Moved(
                "%s: the logs up to block %s are not of the blocks read before"
                    .formatted(node, last.number()));
      }
    };
  }

  private static List<Block> lastBlock(ChainNode node, BlockRange range) {
    return node.firstBlockFrom(range.to(), range.limit()).stream().toList();
  }

  /** Every block of the range; none where one is not the parent of the next. */
  private static List<Block> linked(ChainNode node, BlockRange range, Optional<BlockHash> before) {
    List<Block> blocks = new ArrayList<>();
    Optional<BlockHash> parent = before;
    BlockNumber next = range.from();
    while (next.compareTo(range.to()) <= 0) {
      Optional<Block> block = node.firstBlockFrom(next, range.limit());
      if (block.isEmpty() || !block.get().parent().equals(parent.orElse(block.get().parent()))) {
        return List.of();
      }
      blocks.add(block.get());
      parent = Optional.of(block.get().hash());
      next = block.get().number().plus(1);
    }
    return blocks;
  }

  private static boolean belong(List<RawLog> logs, BlockRange range, List<Block> blocks) {
    Map<BlockNumber, BlockHash> hashes = new HashMap<>();
    blocks.forEach(block -> hashes.put(block.number(), block.hash()));
    return logs.stream()
        .allMatch(
            log -> {
              BlockNumber number = log.position().block();
              if (range.isFinal()
                  && number.compareTo(range.from()) >= 0
                  && number.compareTo(blocks.getLast().number()) < 0) {
                hashes.putIfAbsent(number, log.blockHash());
              }
              return log.blockHash().equals(hashes.get(number));
            });
  }

  private FetchedRange decoded(List<Block> blocks, List<RawLog> logs) {
    List<LoggedEvent> events = new ArrayList<>();
    List<UndecodableLog> undecodable = new ArrayList<>();
    int unknown = 0;
    for (RawLog log : logs) {
      switch (decoder.decode(log)) {
        case Decoded.Known known -> events.add(known.event());
        case Decoded.Undecodable aside -> undecodable.add(aside.log());
        case Decoded.Unknown _ -> unknown++;
      }
    }
    return new FetchedRange.Fetched(new ChainStep.Advance(blocks, events, undecodable), unknown);
  }
}
