package io.filcdn.indexer.range;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.chain.BlockRange;
import java.util.Optional;

/**
 * The planner of which blocks are read next: many at once while they are final, few near the head,
 * where each block's parent is checked. A range that a node refuses is halved; each one that goes
 * well lets the next be a quarter longer, up to what was refused, and from there on little by
 * little. For one thread.
 */
public final class RangePlanner {

  private final BlockNumber firstBlock;
  private final long maxBlocks;
  private final long maxUnfinalBlocks;
  private volatile long blocks; // read by a gauge, too
  private long ceiling;

  /**
   * @param firstBlock where an empty index begins
   * @param maxBlocks the longest range
   * @param maxUnfinalBlocks the longest range of blocks that can still change
   */
  public RangePlanner(BlockNumber firstBlock, long maxBlocks, long maxUnfinalBlocks) {
    if (maxBlocks < 1 || maxUnfinalBlocks < 1) {
      throw new IllegalArgumentException(
          "expected ranges of at least 1 block, found max-blocks %d, max-unfinal-blocks %d"
              .formatted(maxBlocks, maxUnfinalBlocks));
    }
    this.firstBlock = firstBlock;
    this.maxBlocks = maxBlocks;
    this.maxUnfinalBlocks = maxUnfinalBlocks;
    this.blocks = maxBlocks;
    this.ceiling = maxBlocks;
  }

  /** The range after {@code indexed}; empty where the index has reached the head. */
  public Optional<BlockRange> next(
      Optional<BlockNumber> indexed, BlockNumber head, Optional<BlockNumber> finalNumber) {
    BlockNumber from = indexed.map(number -> number.plus(1)).orElse(firstBlock);
    if (from.compareTo(head) > 0) {
      return Optional.empty();
    }
    Optional<BlockNumber> finalLimit = finalNumber.filter(last -> from.compareTo(last) <= 0);
    BlockNumber limit = finalLimit.orElse(head);
    long length = finalLimit.isPresent() ? blocks : Math.min(blocks, maxUnfinalBlocks);
    BlockNumber to = from.plus(Math.min(length - 1, limit.value() - from.value()));
    return Optional.of(new BlockRange(from, to, limit, finalLimit.isPresent()));
  }

  /** The range after one of final blocks that stops short of its limit. */
  BlockRange after(BlockRange range) {
    BlockNumber from = range.to().plus(1);
    BlockNumber to = from.plus(Math.min(blocks - 1, range.limit().value() - from.value()));
    return new BlockRange(from, to, range.limit(), true);
  }

  /** The range was answered. */
  public void answered() {
    if (blocks == ceiling) {
      ceiling = Math.min(maxBlocks, ceiling + ceiling / 16 + 1);
    }
    blocks = Math.min(ceiling, blocks + blocks / 4 + 1);
  }

  /**
   * The range was refused.
   *
   * @return whether the next one is shorter
   */
  public boolean refused(BlockRange range) {
    ceiling = Math.max(1, range.size() - 1);
    blocks = Math.max(1, range.size() / 2);
    return range.size() > 1;
  }

  /** The number of blocks that the next range may have. */
  public long blocks() {
    return blocks;
  }
}
