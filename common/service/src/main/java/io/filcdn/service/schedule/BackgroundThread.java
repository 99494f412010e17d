package io.filcdn.service.schedule;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A thread on which tasks run again and again, one at a time, whatever becomes of one run. */
public final class BackgroundThread implements AutoCloseable {

  private static final Duration LONGEST_CLOSE = Duration.ofSeconds(20);

  private final ScheduledExecutorService executor;

  public BackgroundThread(String name) {
    executor = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name(name).factory());
  }

  /** Runs a task at once, and again so long after each of its ends. */
  public void every(Duration interval, String name, Runnable work) {
    run(new BackgroundTask(name, work), Duration.ZERO, interval);
  }

  /** Runs tasks one after the other, the first time after an interval. */
  public void afterEvery(Duration interval, Iterable<BackgroundTask> tasks) {
    tasks.forEach(task -> run(task, interval, interval));
  }

  private void run(BackgroundTask task, Duration first, Duration interval) {
    var _ =
        executor.scheduleWithFixedDelay(
            task, first.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Runs a task once, after those that were given before. */
  public void execute(Runnable task) {
    executor.execute(task);
  }

  /** Waits a while for the task under way; none begins any more. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(LONGEST_CLOSE.toSeconds(), TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
