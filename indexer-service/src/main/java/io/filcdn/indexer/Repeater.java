package io.filcdn.indexer;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** A thread that takes turns at one piece of work until it is closed. */
final class Repeater implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Repeater.class);
  private static final Duration TURN_MAY_TAKE = Duration.ofSeconds(5);

  private final Semaphore stop = new Semaphore(0);
  private final Thread thread;
  private volatile boolean died;

  private Repeater(String name, Work work) {
    thread =
        Thread.ofVirtual()
            .name(name)
            .uncaughtExceptionHandler((_, e) -> died(e))
            .unstarted(() -> run(work));
  }

  /** One turn of the work. */
  @FunctionalInterface
  interface Work {
    /** Returns how long to wait before the next turn; empty where there is none. */
    Optional<Duration> turn() throws InterruptedException;
  }

  /** Starts a thread. */
  static Repeater start(String name, Work work) {
    Repeater repeater = new Repeater(name, work);
    repeater.thread.start();
    return repeater;
  }

  private void run(Work work) {
    try {
      Optional<Duration> wait = Optional.of(Duration.ZERO);
      while (wait.isPresent() && !stop.tryAcquire(wait.get().toNanos(), TimeUnit.NANOSECONDS)) {
        wait = work.turn();
      }
    } catch (InterruptedException e) {
      LOG.debugf("%s was interrupted", thread.getName());
    }
  }

  private void died(Throwable e) {
    LOG.errorf(e, "%s died", thread.getName());
    died = true;
  }

  /** Whether it ended with an error, such as a lack of memory, and will not take turns again. */
  boolean hasDied() {
    return died;
  }

  /** Lets the turn under way end, and interrupts it where it takes too long. */
  @Override
  public void close() {
    stop.release();
    try {
      if (!thread.join(TURN_MAY_TAKE)) {
        thread.interrupt();
        thread.join(TURN_MAY_TAKE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
