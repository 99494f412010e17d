package io.filcdn.service.kafka;

import io.filcdn.service.database.Database.DatabaseException;
import io.filcdn.service.kafka.KafkaPublisher.NotPublishedException;
import io.filcdn.service.schedule.Backoff;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A thread that reads a topic in batches from where the database stands, and commits a batch's
 * offsets only after it was applied. While there is more than it can keep up with, it reads the
 * next batch as the one before is being applied by a second thread.
 *
 * <p>There is one way to recover. Whatever fails, be it Kafka, Postgres or our own code, the
 * consumer is closed with all that it holds, and after a pause a new one reads on from the last
 * batch that was applied. So a batch may be applied again, and by two processes at once while a
 * partition moves: the step must not mind.
 */
public final class TopicFollower implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(TopicFollower.class);

  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);

  /** Short, so that closing needs no wake-up, which could also hit a commit. */
  private static final Duration LONGEST_POLL = Duration.ofMillis(200);

  private static final Duration LONGEST_CLOSE = Duration.ofSeconds(5);

  private final FollowerSettings settings;
  private final Map<String, Object> kafka;
  private final Step step;
  private final StoredOffsets offsets;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicLong lag = new AtomicLong();
  private volatile int partitions;
  private final Timer batches;
  private final Counter failures;
  private volatile @Nullable String trouble = "it has not started";

  /** The work on a batch: all of it is done or, where it throws, nothing. */
  public interface Step {

    /** Reads a batch while the one before may still be being applied, and tells how to apply it. */
    default Runnable read(Batch batch) {
      return () -> apply(batch);
    }

    /**
     * Applies a batch; called with an empty one when nothing came for a while.
     *
     * @throws RuntimeException where it could not; the batch comes again then
     */
    void apply(Batch batch);

    /** Hears of the partitions that are read from then on, before any of their records comes. */
    default void assigned(Map<Integer, Stretch> partitions) {}

    /** True where a failure of the step tells all in its message. */
    default boolean isForeseen(RuntimeException failure) {
      return false;
    }
  }

  /**
   * The records of a partition that were there when it was assigned, and are still to be read.
   *
   * @param from the offset of the first
   * @param end the offset behind the last
   */
  public record Stretch(long from, long end) {}

  /**
   * @param kafka how to reach the brokers
   */
  public TopicFollower(
      FollowerSettings settings,
      Map<String, Object> kafka,
      Step step,
      StoredOffsets offsets,
      MeterRegistry metrics) {
    this.settings = settings;
    this.kafka = kafka;
    this.step = step;
    this.offsets = offsets;
    this.batches = metrics.timer("filcdn.intake.batch", "topic", settings.topic());
    this.failures = metrics.counter("filcdn.intake.failures", "topic", settings.topic());
    metrics.gauge("filcdn.intake.lag.records", Tags.of("topic", settings.topic()), lag);
    // a platform thread: it lives as long as the process, and polling would pin a carrier
    this.thread = Thread.ofPlatform().name("follow " + settings.topic()).unstarted(this::run);
  }

  /** Starts its thread; once. */
  public void start() {
    thread.start();
  }

  /** The name of the topic that it reads. */
  public String topic() {
    return settings.topic();
  }

  /** The trouble that keeps it from applying batches, in one line; empty while nothing does. */
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  /** Records of its partitions that are not applied, as of the last poll. */
  public long lag() {
    return lag.get();
  }

  /** The number of partitions that it reads, as of the last poll; others may read the rest. */
  public int partitions() {
    return partitions;
  }

  /** True where its thread lives; it ends only by {@link #close}. */
  public boolean isAlive() {
    return thread.isAlive();
  }

  /** Lets the batch that is just being applied end, and stops. */
  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  private void run() {
    Backoff pauses = new Backoff(SHORTEST_PAUSE, settings.longestPause());
    while (!isClosing()) {
      long before = batches.count();
      try {
        follow();
      } catch (RuntimeException e) {
        if (batches.count() > before) {
          pauses.succeeded();
        }
        Duration pause = pauses.failed();
        tell(e, pause);
        await(pause);
      }
    }
  }

  private void follow() {
    KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            settings.consumer(kafka), new StringDeserializer(), new StringDeserializer());
    try (BatchInHand inHand = new BatchInHand(settings, consumer, batches)) {
      Collector collected = new Collector(settings);
      consumer.subscribe(
          List.of(settings.topic()),
          new AssignedPartitions(settings, consumer, offsets, collected, step::assigned));
      while (!isClosing()) {
        collect(consumer, collected);
        boolean isBehind = collected.isFull();
        Batch batch = collected.take();
        Runnable applying = step.read(batch);
        finish(inHand);
        inHand.begin(batch, applying);
        if (!isBehind) {
          finish(inHand);
        }
      }
    } finally {
      consumer.close(CloseOptions.timeout(LONGEST_CLOSE));
    }
  }

  private void finish(BatchInHand inHand) {
    inHand.finish();
    trouble = null;
  }

  private void collect(KafkaConsumer<String, String> consumer, Collector collected) {
    // not the clock's time: a batch must not last longer because a clock is set back
    long start = System.nanoTime();
    Duration left = settings.maxWait();
    do {
      collected.add(consumer.poll(left.compareTo(LONGEST_POLL) < 0 ? left : LONGEST_POLL));
      left = settings.maxWait().minusNanos(System.nanoTime() - start);
    } while (!isClosing() && !collected.isFull() && left.isPositive());
    partitions = consumer.assignment().size();
    lag.set(consumer.assignment().stream().mapToLong(p -> consumer.currentLag(p).orElse(0)).sum());
  }

  private void tell(RuntimeException e, Duration pause) {
    failures.increment();
    String told = e.getCause() == null ? "" + e.getMessage() : e.getMessage() + ": " + e.getCause();
    trouble = told;
    boolean foreseen =
        e instanceof KafkaException
            || e instanceof DatabaseException
            || e instanceof NotPublishedException
            || step.isForeseen(e);
    LOG.warnf(
        foreseen ? null : e,
        "%s: a batch failed and is read again after %s: %s",
        settings.topic(),
        pause,
        told.lines().findFirst().orElse(""));
  }

  private void await(Duration pause) {
    try {
      boolean closed = closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
      LOG.debugf("%s: %s", settings.topic(), closed ? "closing" : "reading again");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
