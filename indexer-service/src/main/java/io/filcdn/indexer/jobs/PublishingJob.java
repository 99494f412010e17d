package io.filcdn.indexer.jobs;

import io.filcdn.indexer.health.Progress;
import io.filcdn.indexer.publish.OutboxPublisher;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.jboss.logging.Logger;

/** The job that publishes the outbox, at once again while there is something to publish. */
public final class PublishingJob implements Job {

  private static final Logger LOG = Logger.getLogger(PublishingJob.class);

  private final OutboxPublisher publisher;
  private final Progress progress;
  private final Duration poll;
  private final Backoff backoff;
  private final MeterRegistry metrics;

  public PublishingJob(
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
  public Pause run() throws InterruptedException {
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
        yield Pause.of(backoff.failed());
      }
    };
  }

  private Pause succeeded(Duration wait) {
    backoff.succeeded();
    progress.publishes();
    return Pause.of(wait);
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
