package io.filcdn.indexer.fake;

import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.TxHash;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A chain in memory, to be written as a test tells it: blocks, null rounds, reorgs. What is final
 * is what the test says. Safe for a node's threads beside the test's.
 */
public final class FakeChain {

  private final NavigableMap<Long, FakeBlock> blocks = new TreeMap<>();
  private long nextNumber;
  private int forks;
  private long finalNumber = -1;

  /** A block with the logs in it. */
  public record FakeBlock(long number, BlockHash hash, BlockHash parent, List<FakeLog> logs) {

    TxHash transaction(int logIndex) {
      return TxHash.of(hashed("tx", hash, logIndex / 2));
    }
  }

  /** Adds a block. */
  public synchronized FakeChain block(FakeLog... logs) {
    long number = nextNumber++;
    BlockHash parent =
        Optional.ofNullable(blocks.lastEntry())
            .map(Map.Entry::getValue)
            .map(FakeBlock::hash)
            .orElse(BlockHash.of("0x" + "0".repeat(64)));
    BlockHash hash = BlockHash.of(hashed("block", parent, number, forks));
    blocks.put(number, new FakeBlock(number, hash, parent, List.of(logs)));
    return this;
  }

  /** Adds empty blocks. */
  public synchronized FakeChain blocks(int count) {
    for (int i = 0; i < count; i++) {
      block();
    }
    return this;
  }

  /** Leaves a number without a block. The head stays the block before, until the next one. */
  public synchronized FakeChain nullRound() {
    nextNumber++;
    return this;
  }

  /** Forgets the last numbers, with their blocks; the blocks that follow have other hashes. */
  public synchronized FakeChain reorg(int depth) {
    nextNumber -= depth;
    blocks.tailMap(nextNumber, true).clear();
    forks++;
    return this;
  }

  /** Goes back to what it was in a state taken before. */
  public synchronized FakeChain restore(State state) {
    blocks.clear();
    blocks.putAll(state.blocks);
    nextNumber = state.nextNumber;
    return this;
  }

  /** What the chain is now. */
  public synchronized State state() {
    return new State(new TreeMap<>(blocks), nextNumber);
  }

  /** A chain as it was at a moment. */
  public record State(NavigableMap<Long, FakeBlock> blocks, long nextNumber) {}

  /** Everything up to {@code number} is final. */
  public synchronized FakeChain finalUpTo(long number) {
    finalNumber = number;
    return this;
  }

  /** The number that the next block or null round gets. */
  public synchronized long nextNumber() {
    return nextNumber;
  }

  public synchronized long finalNumber() {
    return finalNumber;
  }

  /** The newest block. */
  public synchronized FakeBlock head() {
    return blocks.lastEntry().getValue();
  }

  /** The logs of all blocks that are not final. */
  public synchronized List<FakeLog> unfinalLogs() {
    return blocks.tailMap(finalNumber, false).values().stream()
        .flatMap(block -> block.logs().stream())
        .toList();
  }

  /** The logs of all blocks. */
  public synchronized List<FakeLog> logs() {
    return blocks.values().stream().flatMap(block -> block.logs().stream()).toList();
  }

  synchronized Optional<FakeBlock> at(long number) {
    return Optional.ofNullable(blocks.get(number));
  }

  synchronized Optional<FakeBlock> atOrBefore(long number) {
    return Optional.ofNullable(blocks.floorEntry(number)).map(Map.Entry::getValue);
  }

  synchronized List<FakeBlock> between(long from, long to) {
    return List.copyOf(blocks.subMap(from, true, to, true).values());
  }

  private static String hashed(Object... parts) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(List.of(parts).toString().getBytes(StandardCharsets.UTF_8));
      return "0x" + HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
