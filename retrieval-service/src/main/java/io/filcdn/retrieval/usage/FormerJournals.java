package io.filcdn.retrieval.usage;

import io.filcdn.common.egress.JournalId;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.retrieval.usage.LeaseClient.NotAnsweredException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The journals of former runs: once Kafka has all of one, metrics is told of its end, until it has
 * applied all of it and set free what the run held.
 *
 * @param complete those that Kafka has all of
 * @param drained is told which of them hold nothing any more
 */
public record FormerJournals(
    LeaseClient client, Supplier<List<JournalEnd>> complete, Consumer<JournalId> drained) {

  private static final Logger LOG = Logger.getLogger(FormerJournals.class);

  /** Tells of all that are complete; what is not heard is told again with the next call. */
  void tell() {
    try {
      for (JournalEnd end : complete.get()) {
        if (client.end(end).drained()) {
          drained.accept(end.journal());
        }
      }
    } catch (NotAnsweredException e) {
      LOG.debugf("journals are ended later: %s", e.getMessage());
    }
  }
}
