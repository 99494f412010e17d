package io.filcdn.metrics.intake;

/**
 * Records of a journal that are missing, while later ones wait for them or none came after.
 *
 * @param from the first sequence that is missing
 * @param to the last one
 */
public record Gap(JournalPartition lane, long from, long to) {

  /** The number of records that are missing. */
  public long size() {
    return to - from + 1;
  }

  /** True where the record with that sequence is one of those that are missing. */
  public boolean covers(long sequence) {
    return from <= sequence && sequence <= to;
  }

  @Override
  public String toString() {
    return "%s: %d to %d".formatted(lane, from, to);
  }
}
