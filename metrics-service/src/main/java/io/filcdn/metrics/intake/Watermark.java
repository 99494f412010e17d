package io.filcdn.metrics.intake;

/**
 * The point up to which a journal was applied to one partition.
 *
 * @param sequence all up to this one were applied, each once
 * @param parked how many later ones wait
 */
record Watermark(JournalPartition lane, long sequence, int parked) {}
