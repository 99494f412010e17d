package io.filcdn.metrics.intake;

import io.filcdn.metrics.publish.KafkaPublisher.NotPublishedException;
import io.filcdn.metrics.quota.Holdings.BeyondHoldingsException;
import io.filcdn.service.database.Database;
import io.filcdn.service.database.Database.DatabaseException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A thread that reads a topic in batches, and commits a batch's offsets only after it was applied.
 * While there is more than it can keep up with, it reads the next batch as the one before is being
 * applied by a second thread.
 *
 * <p>It is a plain consumer rather than a channel of the messaging extension: batches have bounds
 * in records, bytes and time, their offsets wait for a database transaction, and reading starts
 * where the database stands. Each of these would work against the commit strategies and the failure
 * handling that a channel has of its own.
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

  private static final int SESSION_MILLIS = 10_000;

  private final FollowerSettings settings;
  private final Map<String, Object> kafka;
  private final Step step;
  private final Database database;
  private final PostgresOffsets offsets;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicLong lag = new AtomicLong();
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
  }

  public TopicFollower(
      FollowerSettings settings,
      Map<String, Object> kafka,
      Step step,
      Database database,
      PostgresOffsets offsets,
      MeterRegistry metrics) {
    this.settings = settings;
    this.kafka = kafka;
    this.step = step;
    this.database = database;
    this.offsets = offsets;
    this.batches = metrics.timer("filcdn.intake.batch", "topic", settings.topic());
    this.failures = metrics.counter("filcdn.intake.failures", "topic", settings.topic());
    metrics.gauge("filcdn.intake.lag.records", Tags.of("topic", settings.topic()), lag);
    // a platform thread: it lives as long as the process, and polling would pin a carrier
    this.thread = Thread.ofPlatform().name("follow " + settings.topic()).unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  public String topic() {
    return settings.topic();
  }

  /** The trouble that keeps it from applying batches, in one line; empty while nothing does. */
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
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
    Duration pause = SHORTEST_PAUSE;
    while (!isClosing()) {
      long before = batches.count();
      try {
        follow();
      } catch (RuntimeException e) {
        pause = batches.count() > before ? SHORTEST_PAUSE : longer(pause);
        tell(e, pause);
        await(pause);
      }
    }
  }

  private void follow() {
    KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(consumerSettings(), new StringDeserializer(), new StringDeserializer());
    try (InHand inHand = new InHand(consumer)) {
      Collector collected = new Collector(settings);
      consumer.subscribe(List.of(settings.topic()), new Partitions(consumer, collected));
      while (!isClosing()) {
        collect(consumer, collected);
        boolean isBehind = collected.isFull();
        Batch batch = collected.take();
        Runnable applying = step.read(batch);
        inHand.finish();
        inHand.begin(batch, applying);
        if (!isBehind) {
          inHand.finish();
        }
      }
    } finally {
      consumer.close(CloseOptions.timeout(LONGEST_CLOSE));
    }
  }

  private void collect(KafkaConsumer<String, String> consumer, Collector collected) {
    // not the clock's time: a batch must not last longer because a clock is set back
    long start = System.nanoTime();
    Duration left = settings.maxWait();
    do {
      collected.add(consumer.poll(left.compareTo(LONGEST_POLL) < 0 ? left : LONGEST_POLL));
      left = settings.maxWait().minusNanos(System.nanoTime() - start);
    } while (!isClosing() && !collected.isFull() && left.isPositive());
    lag.set(consumer.assignment().stream().mapToLong(p -> consumer.currentLag(p).orElse(0)).sum());
  }

  /** That offsets are not committed costs nothing but reading again. */
  private void commit(KafkaConsumer<String, String> consumer, Batch batch) {
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
    batch
        .nextOffsets()
        .forEach(
            (partition, offset) ->
                next.put(
                    new TopicPartition(batch.topic(), partition), new OffsetAndMetadata(offset)));
    try {
      consumer.commitSync(next);
    } catch (CommitFailedException | RebalanceInProgressException e) {
      LOG.infof("%s: partitions move while %s is committed", settings.topic(), next);
    }
  }

  private void tell(RuntimeException e, Duration pause) {
    failures.increment();
    String told = e.getCause() == null ? "" + e.getMessage() : e.getMessage() + ": " + e.getCause();
    trouble = told;
    boolean foreseen =
        e instanceof KafkaException
            || e instanceof DatabaseException
            || e instanceof NotPublishedException
            || e instanceof BeyondHoldingsException;
    LOG.warnf(
        foreseen ? null : e,
        "%s: a batch failed and is read again after %s: %s",
        settings.topic(),
        pause,
        told.lines().findFirst().orElse(""));
  }

  private Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(settings.longestPause()) < 0 ? twice : settings.longestPause();
  }

  private void await(Duration pause) {
    try {
      boolean closed = closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
      LOG.debugf("%s: %s", settings.topic(), closed ? "closing" : "reading again");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Map<String, Object> consumerSettings() {
    Map<String, Object> all = new HashMap<>(kafka);
    all.put(ConsumerConfig.GROUP_ID_CONFIG, settings.group());
    all.put(ConsumerConfig.CLIENT_ID_CONFIG, settings.group());
    all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    all.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, settings.maxRecords());
    all.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, settings.maxBytes());
    all.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    // after a kill -9 nobody reads for this long
    all.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_MILLIS);
    return all;
  }

  /**
   * The one batch that is being applied. Whatever ends the following, it is waited for and its
   * offsets are committed, so that it does not come again.
   */
  private final class InHand implements AutoCloseable {

    private final KafkaConsumer<String, String> consumer;
    private final ExecutorService applier =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("apply " + settings.topic()).factory());
    private Batch batch = new Batch(settings.topic(), List.of());
    private Future<?> applied = CompletableFuture.completedFuture(null);

    InHand(KafkaConsumer<String, String> consumer) {
      this.consumer = consumer;
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
                  batches.record(applying);
                }
              });
    }

    /** Waits until the batch is applied, and commits its offsets; a second call does nothing. */
    void finish() {
      Batch finished = batch;
      Future<?> end = applied;
      batch = new Batch(settings.topic(), List.of());
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
      if (!finished.isEmpty()) {
        commit(consumer, finished);
      }
      trouble = null;
    }

    @Override
    public void close() {
      try (applier) {
        finish();
      }
    }
  }

  /** Partitions as they come and go, on the follower's thread while it polls. */
  private final class Partitions implements ConsumerRebalanceListener {

    private final KafkaConsumer<String, String> consumer;
    private final Collector collected;

    Partitions(KafkaConsumer<String, String> consumer, Collector collected) {
      this.consumer = consumer;
      this.collected = collected;
    }

    /**
     * Reads on from where both the database and Kafka say it was read to. Where the database is new
     * or restored, it says less; where the topic is new, Kafka does. Reading too much is harmless.
     */
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      Map<Integer, Long> applied =
          database.call(connection -> offsets.find(connection, settings.topic()));
      Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(Set.copyOf(partitions));
      for (TopicPartition partition : partitions) {
        OffsetAndMetadata known = committed.get(partition);
        long read = known == null ? 0 : known.offset();
        long from = Math.min(read, applied.getOrDefault(partition.partition(), 0L));
        consumer.seek(partition, from);
        LOG.infof("%s: reading on from offset %d", partition, from);
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      collected.forget(partitions);
    }
  }
}
