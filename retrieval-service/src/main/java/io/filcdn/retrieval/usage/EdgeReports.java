package io.filcdn.retrieval.usage;

import io.filcdn.common.egress.JournalId;
import io.filcdn.common.lease.EdgeStatus;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.JournalProgress;
import io.filcdn.retrieval.usage.Lessor.NotAnsweredException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The reports of this edge to metrics. On this run's journal: how much of it Kafka has, so that it
 * is noticed where Kafka loses that. On those of former runs: once Kafka has all of one, its end,
 * until metrics has applied all of it and set free what the run held. On the edge itself: its
 * status, for people.
 *
 * @param progress of this run
 * @param complete former journals that Kafka has all of
 * @param drained is told which of them hold nothing any more
 * @param status of this edge
 */
public record EdgeReports(
    LeaseClient client,
    Supplier<JournalProgress> progress,
    Supplier<List<JournalEnd>> complete,
    Consumer<JournalId> drained,
    Supplier<EdgeStatus> status) {

  private static final Logger LOG = Logger.getLogger(EdgeReports.class);

  /** Tells all there is to tell; what is not heard is told again with the next call. */
  public void tell() {
    try {
      JournalProgress now = progress.get();
      if (!now.sequences().isEmpty() && !client.progress(now).applied()) {
        LOG.debug("not all that Kafka has is counted yet");
      }
      for (JournalEnd end : complete.get()) {
        if (client.end(end).drained()) {
          drained.accept(end.journal());
        }
      }
      // last, as nothing waits for it
      var _ = client.status(status.get());
    } catch (NotAnsweredException | IllegalStateException e) {
      LOG.debugf("metrics is told of journals and status later: %s", e.getMessage());
    }
  }
}
