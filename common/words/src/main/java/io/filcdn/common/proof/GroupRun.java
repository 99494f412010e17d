package io.filcdn.common.proof;

/**
 * A run of groups side by side.
 *
 * @param first the number of its first group, from 0
 * @param count how many they are, at least one
 */
public record GroupRun(long first, long count) {

  public GroupRun {
    if (first < 0 || count < 1 || first > Long.MAX_VALUE - count) {
      throw new IllegalArgumentException(
          "expected at least one group from 0 on, found %d from %d on".formatted(count, first));
    }
  }

  /** The number of its last group. */
  public long last() {
    return first + count - 1;
  }
}
