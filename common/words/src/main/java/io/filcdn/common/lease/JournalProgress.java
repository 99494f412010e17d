package io.filcdn.common.lease;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.egress.JournalId;
import java.util.Map;

/**
 * The part of a journal that Kafka has acknowledged, posted to {@link #PATH} while the journal is
 * written; answered by an {@link Answer}. So that it is noticed where records that Kafka had are
 * not there any more: behind the last of a journal, no sequence is missing.
 *
 * @param edge the name of the edge, for people
 * @param sequences the last sequence that was acknowledged in each partition that has any
 */
public record JournalProgress(JournalId journal, String edge, Map<Integer, Long> sequences) {

  /** The path that it is posted to. */
  public static final String PATH = "/internal/v1/journal-progress";

  public JournalProgress {
    requireNonNull(journal, "journal is missing");
    requireNonNull(edge, "edge is missing");
    sequences = Sequences.checked(sequences);
  }

  /**
   * The answer to a {@link JournalProgress}.
   *
   * @param applied whether all that it tells of was counted
   */
  public record Answer(boolean applied) {}
}
