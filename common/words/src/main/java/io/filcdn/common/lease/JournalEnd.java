package io.filcdn.common.lease;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.egress.JournalId;
import java.util.Map;

/**
 * The end of a journal, which is complete in Kafka and gets nothing added. It is posted to {@link
 * #PATH} and answered by an {@link Answer}. What the journal holds is set free once all its records
 * were applied.
 *
 * @param sequences the last sequence in each partition that has any
 */
public record JournalEnd(JournalId journal, Map<Integer, Long> sequences) {

  /** The path that it is posted to. */
  public static final String PATH = "/internal/v1/journal-ends";

  public JournalEnd {
    requireNonNull(journal, "journal is missing");
    sequences = Sequences.checked(sequences);
  }

  /**
   * The answer to a {@link JournalEnd}.
   *
   * @param drained whether all records were applied; otherwise it is to be told again later
   */
  public record Answer(boolean drained) {}
}
