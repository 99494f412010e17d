package io.filcdn.metrics;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** What is looked after from time to time, one chore after the other, on a thread of its own. */
final class Housekeeping implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Housekeeping.class);

  private final List<Chore> chores;
  private final ScheduledExecutorService executor;

  /** Something to be done again and again; that it fails keeps no other from being done. */
  record Chore(String name, Runnable task) {}

  Housekeeping(String thread, List<Chore> chores) {
    this.chores = List.copyOf(chores);
    this.executor =
        Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name(thread).factory());
  }

  void start(Duration every) {
    var _ =
        executor.scheduleWithFixedDelay(
            this::tend, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Does each chore once. */
  void tend() {
    for (Chore chore : chores) {
      try {
        chore.task().run();
      } catch (RuntimeException e) {
        LOG.warnf("%s failed and is tried again: %s", chore.name(), e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(10, TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
