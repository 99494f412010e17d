package io.filcdn.service.kafka;

import io.filcdn.service.tracing.Tracing;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.SpanKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.jboss.logging.Logger;

/**
 * The one batch that is being applied. Whatever ends the following, it is waited for and its
 * offsets are committed where Kafka keeps them, so that it does not come again.
 */
final class BatchInHand implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(BatchInHand.class);

  private final FollowerSettings settings;
  private final KafkaConsumer<String, String> consumer;
  private final Timer batches;
  private final ExecutorService applier;
  private Batch batch;
  private Future<?> applied = CompletableFuture.completedFuture(null);

  BatchInHand(FollowerSettings settings, KafkaConsumer<String, String> consumer, Timer batches) {
    this.settings = settings;
    this.consumer = consumer;
    this.batches = batches;
    this.applier =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("apply " + settings.topic()).factory());
    this.batch = none();
  }

  private Batch none() {
    return new Batch(settings.topic(), List.of());
  }

  /** Lets a batch be applied; the one before is finished. */
  void begin(Batch next, Runnable applying) {
    batch = next;
    applied =
        applier.submit(
            () -> {
              if (next.isEmpty()) {
                applying.run();
              } else {
                long start = System.nanoTime();
                traced(next, applying);
                // not a failed one: by their number it is told whether anything went on
                batches.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
              }
            });
  }

  private static void traced(Batch batch, Runnable applying) {
    Tracing.within(
        "process " + batch.topic(),
        SpanKind.CONSUMER,
        TraceHeaders.of(batch.records()),
        () -> {
          applying.run();
          return batch;
        });
  }

  /** Waits until the batch is applied, and commits its offsets; a second call does nothing. */
  void finish() {
    Batch finished = batch;
    Future<?> end = applied;
    batch = none();
    applied = CompletableFuture.completedFuture(null);
    try {
      end.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case Error error -> throw error;
        case RuntimeException failure -> throw failure;
        case null, default -> throw new IllegalStateException(e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a batch is applied", e);
    }
    if (!finished.isEmpty() && settings.group().isShared()) {
      commit(finished);
    }
  }

  /** That offsets are not committed costs nothing but reading again. */
  private void commit(Batch finished) {
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
    finished
        .nextOffsets()
        .forEach(
            (partition, offset) ->
                next.put(
                    new TopicPartition(finished.topic(), partition),
                    new OffsetAndMetadata(offset)));
    try {
      consumer.commitSync(next);
    } catch (CommitFailedException | RebalanceInProgressException e) {
      LOG.infof("%s: partitions move while %s is committed", settings.topic(), next);
    }
  }

  @Override
  public void close() {
    try (applier) {
      finish();
    }
  }
}
