package io.filcdn.common.chain;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The number of a block. On Filecoin it is also the epoch the block was made in; a null round
 * leaves a number without a block.
 */
public record BlockNumber(@JsonValue long value) implements Comparable<BlockNumber> {

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public BlockNumber {
    if (value < 0) {
      throw new IllegalArgumentException("expected a block number of at least 0, found " + value);
    }
  }

  public BlockNumber plus(long blocks) {
    return new BlockNumber(Math.addExact(value, blocks));
  }

  /** The epoch of this block: the same number, as a moment in time. */
  public Epoch epoch() {
    return new Epoch(value);
  }

  @Override
  public int compareTo(BlockNumber other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
