package io.filcdn.metrics.intake;

/**
 * Records of a journal that are missing, while later ones wait for them or none came after.
 *
 * @param from the first sequence that is missing
 * @param to the last one
 */
public record Gap(JournalPartition lane, long from, long to) {

  @Override
  public String toString() {
    return "%s: %d to %d".formatted(lane, from, to);
  }
}
