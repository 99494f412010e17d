package io.filcdn.metrics.pieces;

import java.util.Map;
import java.util.SortedMap;

/**
 * A logarithmic scale of times, eight slots for each doubling: what is told of a time is at most 9
 * % too long.
 */
public final class LatencyScale {

  private static final double SLOTS_PER_DOUBLING = 8;

  private LatencyScale() {}

  /** The slot of a time in microseconds; times below 1 count as 1. */
  static int slotOf(long micros) {
    double doublings = Math.log((double) Math.max(1, micros)) / Math.log(2);
    return (int) Math.floor(doublings * SLOTS_PER_DOUBLING);
  }

  /**
   * The time in microseconds within which a part of all stayed.
   *
   * @param slots how many there are in each slot, not none
   * @param part of all, above 0 and at most 1
   */
  public static long quantile(SortedMap<Integer, Long> slots, double part) {
    long all = slots.values().stream().mapToLong(Long::longValue).sum();
    long wanted = (long) Math.ceil(all * part);
    long seen = 0;
    for (Map.Entry<Integer, Long> slot : slots.entrySet()) {
      seen += slot.getValue();
      if (seen >= wanted) {
        return Math.round(Math.pow(2, (slot.getKey() + 1) / SLOTS_PER_DOUBLING));
      }
    }
    throw new IllegalArgumentException("expected at least one slot, found none");
  }
}
