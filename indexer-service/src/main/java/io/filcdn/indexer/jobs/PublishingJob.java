package io.filcdn.indexer.jobs;

import io.filcdn.indexer.health.Progress;
import io.filcdn.indexer.postgres.DatabaseFailedException;
import io.filcdn.indexer.publish.Outbox.Message;
import io.filcdn.service.kafka.KafkaPublisher.NotPublishedException;
import io.filcdn.service.kafka.OutboxPublisher;
import io.filcdn.service.schedule.Backoff;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.jboss.logging.Logger;

/** The job that publishes the outbox, at once again while there is something to publish. */
public final class PublishingJob implements Job {

  private static final Logger LOG = Logger.getLogger(PublishingJob.class);

  private final OutboxPublisher<Message> publisher;
  private final Progress progress;
  private final Duration poll;
  private final Backoff backoff;
  private final MeterRegistry metrics;

  public PublishingJob(
      OutboxPublisher<Message> publisher,
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
  public Pause run() {
    try {
      int published = publisher.publishSome().orElse(0);
      LOG.debugf("published %d records", published);
      backoff.succeeded();
      progress.published();
      return Pause.of(published > 0 ? Duration.ZERO : poll);
    } catch (DatabaseFailedException | NotPublishedException e) {
      return failed(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("a turn of the publisher failed", e);
      return failed(e.toString());
    }
  }

  private Pause failed(String reason) {
    LOG.warnf("publishing waits: %s", reason);
    metrics.counter("filcdn.indexer.publish.failures").increment();
    progress.publishingFailed(reason);
    return Pause.of(backoff.failed());
  }
}
