package io.filcdn.indexer;

import io.filcdn.indexer.publish.OutboxPublisher;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.jboss.logging.Logger;

/** The turns of the publisher, repeated at once while there is something to publish. */
final class Publishing implements Repeater.Work {

  private static final Logger LOG = Logger.getLogger(Publishing.class);

  private final OutboxPublisher publisher;
  private final Progress progress;
  private final Duration poll;
  private final Backoff backoff;
  private final MeterRegistry metrics;

  Publishing(
      OutboxPublisher publisher,
      Progress progress,
      Duration poll,
      Backoff backoff,
      MeterRegistry metrics) {
    this.publisher = publisher;
    this.progress = progress;
    this.poll = poll;
    this.backoff = backoff;
    this.metrics = metrics;
  }

  @Override
  public Repeater.Pause turn() throws InterruptedException {
    return switch (guarded()) {
      case OutboxPublisher.Outcome.Published published -> {
        LOG.debugf("published %d records", published.records());
        yield succeeded(Duration.ZERO);
      }
      case OutboxPublisher.Outcome.Idle _, OutboxPublisher.Outcome.Standby _ -> succeeded(poll);
      case OutboxPublisher.Outcome.Failed failed -> {
        LOG.warnf("publishing waits: %s", failed.reason());
        metrics.counter("filcdn.indexer.publish.failures").increment();
        progress.publishingFails(failed.reason());
        yield Repeater.Pause.of(backoff.failed());
      }
    };
  }

  private Repeater.Pause succeeded(Duration wait) {
    backoff.succeeded();
    progress.publishes();
    return Repeater.Pause.of(wait);
  }

  private OutboxPublisher.Outcome guarded() throws InterruptedException {
    try {
      return publisher.publish();
    } catch (RuntimeException e) {
      LOG.error("a turn of the publisher failed", e);
      return new OutboxPublisher.Outcome.Failed(e.toString());
    }
  }
}
