package io.filcdn.retrieval;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** A thread on which tasks run again and again, one at a time, whatever becomes of one run. */
final class Schedule implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Schedule.class);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ScheduledExecutorService executor;

  Schedule(String name) {
    executor = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name(name).factory());
  }

  /** Runs a task at once, and again so long after each of its ends. */
  void every(Duration interval, String what, Runnable task) {
    Runnable guarded =
        () -> {
          try {
            task.run();
          } catch (RuntimeException e) {
            // the executor would never run it again
            LOG.errorf(e, "%s fails; it is tried again", what);
          }
        };
    var _ = executor.scheduleWithFixedDelay(guarded, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Waits a while for the task under way; none begins any more. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
