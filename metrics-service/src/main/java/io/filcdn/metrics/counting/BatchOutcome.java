package io.filcdn.metrics.counting;

import io.filcdn.metrics.intake.JournalGate.Passage;
import io.filcdn.metrics.intake.ParsedEgress.Refused;
import java.time.Duration;
import java.util.List;

/**
 * The outcome of one transaction.
 *
 * @param rows the number of rows that were counted
 * @param delay how long ago the oldest flush ended that it counted
 * @param refused the records that became dead letters
 */
public record BatchOutcome(Passage passage, long rows, Duration delay, List<Refused> refused) {}
