package io.filcdn.indexer.jobs;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * A thread that runs one job again and again until it is closed. Each run says how long the pause
 * after it is, which {@link #wake} may end: a {@code BackgroundThread} has one interval for good.
 */
public final class JobThread implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(JobThread.class);
  private static final Duration RUN_MAY_TAKE = Duration.ofSeconds(5);

  private final Semaphore signals = new Semaphore(0);
  private final Thread thread;
  private volatile boolean stopped;
  private volatile boolean died;

  private JobThread(String name, Job job) {
    thread =
        Thread.ofVirtual()
            .name(name)
            .uncaughtExceptionHandler((_, e) -> died(e))
            .unstarted(() -> run(job));
  }

  /** Starts a thread. */
  public static JobThread start(String name, Job job) {
    JobThread started = new JobThread(name, job);
    started.thread.start();
    return started;
  }

  private void run(Job job) {
    try {
      while (!stopped) {
        pause(job.run());
      }
    } catch (InterruptedException e) {
      LOG.debugf("%s was interrupted", thread.getName());
    }
  }

  private void pause(Job.Pause pause) throws InterruptedException {
    if (pause.mayBeCutShort()) {
      signals.tryAcquire(pause.length().toNanos(), TimeUnit.NANOSECONDS);
    } else {
      long end = System.nanoTime() + pause.length().toNanos();
      long left = pause.length().toNanos();
      while (!stopped && left > 0) {
        signals.tryAcquire(left, TimeUnit.NANOSECONDS);
        left = end - System.nanoTime();
      }
    }
    signals.drainPermits();
  }

  /** Lets the next run come at once, unless the last one failed. For any thread. */
  public void wake() {
    signals.release();
  }

  private void died(Throwable e) {
    LOG.errorf(e, "%s died", thread.getName());
    died = true;
  }

  /** True where it ended with an error, such as a lack of memory, and will not run again. */
  public boolean hasDied() {
    return died;
  }

  /** Lets the run under way end, and interrupts it where it takes too long. */
  @Override
  public void close() {
    stopped = true;
    signals.release();
    try {
      if (!thread.join(RUN_MAY_TAKE)) {
        thread.interrupt();
        thread.join(RUN_MAY_TAKE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
