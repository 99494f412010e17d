package io.filcdn.indexer.logs;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;

import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.chain.Block;
import io.filcdn.indexer.chain.RawLog;
import io.filcdn.indexer.rpc.ChainNode;
import io.filcdn.indexer.rpc.DropReason;
import io.filcdn.indexer.rpc.LogsAnswer;
import io.filcdn.indexer.rpc.NodeFailedException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The logs of a range as one node told them, not yet decoded; each is of a block of the node's
 * chain.
 *
 * @param isMixed whether logs of other blocks were among them, which are left out
 * @param answer what the node told
 */
record RangeLogs(List<BlockRef> blocks, List<RawLog> logs, boolean isMixed, LogsAnswer.Logs answer)
    implements LogFetcher.Reading {

  /** A block that is known to be on the node's chain. */
  record BlockRef(BlockNumber number, BlockHash hash) {
    static BlockRef of(Block block) {
      return new BlockRef(block.number(), block.hash());
    }
  }

  /**
   * The logs of {@code answer} that lie in one of {@code blocks}. Where only the last one is known,
   * they lie in the block of their number: the one that all logs with that number agree on, or else
   * the one that the node has there.
   *
   * @throws NodeFailedException where two logs are left at one place
   */
  static RangeLogs of(
      ChainNode node, LogsAnswer.Logs answer, List<BlockRef> blocks, boolean onlyTheLast) {
    List<RawLog> logs = answer.logs();
    Map<BlockNumber, BlockHash> hashes = new HashMap<>();
    blocks.forEach(block -> hashes.put(block.number(), block.hash()));
    if (onlyTheLast) {
      told(node, logs).forEach(hashes::putIfAbsent);
    }
    List<RawLog> ours =
        logs.stream().filter(log -> isOf(log, hashes.get(log.position().block()), node)).toList();
    if (ours.stream().map(RawLog::position).distinct().count() < ours.size()) {
      throw new NodeFailedException(node + ": expected one log at each place, found two");
    }
    return new RangeLogs(blocks, ours, ours.size() < logs.size(), answer);
  }

  /** The blocks that logs say they are of; the node's own where they say different things. */
  private static Map<BlockNumber, BlockHash> told(ChainNode node, List<RawLog> logs) {
    Map<BlockNumber, Set<BlockHash>> told =
        logs.stream()
            .collect(
                groupingBy(log -> log.position().block(), mapping(RawLog::blockHash, toSet())));
    Map<BlockNumber, BlockHash> hashes = new HashMap<>();
    told.forEach(
        (number, said) ->
            (said.size() == 1 ? said.stream().findFirst() : node.block(number).map(Block::hash))
                .ifPresent(hash -> hashes.put(number, hash)));
    return hashes;
  }

  private static boolean isOf(RawLog log, @Nullable BlockHash block, ChainNode node) {
    boolean isOf = log.blockHash().equals(block);
    if (!isOf) {
      node.countDropped(DropReason.OTHER_BLOCK);
    }
    return isOf;
  }

  /** True where both hold the same logs of the same blocks. */
  boolean tellsLike(RangeLogs other) {
    return blocks.equals(other.blocks) && logs.equals(other.logs);
  }

  /** True where it holds all that {@code other} holds of the same blocks. */
  boolean holdsAll(RangeLogs other) {
    return blocks.equals(other.blocks) && new HashSet<>(logs).containsAll(other.logs);
  }

  /** The blocks of logs that only one of both holds. */
  Set<BlockNumber> differsIn(RangeLogs other) {
    Set<RawLog> mine = new HashSet<>(logs);
    Set<RawLog> others = new HashSet<>(other.logs);
    return Stream.concat(logs.stream(), other.logs.stream())
        .filter(log -> !mine.contains(log) || !others.contains(log))
        .map(log -> log.position().block())
        .collect(toSet());
  }

  /** The same without the logs in {@code doubtful} that are not of the node's blocks. */
  RangeLogs proven(ChainNode node, Set<BlockNumber> doubtful) {
    Map<BlockNumber, BlockHash> hashes = new HashMap<>();
    doubtful.forEach(
        number -> node.block(number).ifPresent(block -> hashes.put(number, block.hash())));
    return new RangeLogs(
        blocks,
        logs.stream()
            .filter(
                log ->
                    !doubtful.contains(log.position().block())
                        || isOf(log, hashes.get(log.position().block()), node))
            .toList(),
        isMixed,
        answer);
  }
}
