package io.filcdn.indexer;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** A thread that takes turns at one piece of work until it is closed. */
final class Repeater implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Repeater.class);
  private static final Duration TURN_MAY_TAKE = Duration.ofSeconds(5);

  private final Semaphore signals = new Semaphore(0);
  private final Thread thread;
  private volatile boolean stopped;
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
    /** Returns what comes before the next turn. */
    Pause turn() throws InterruptedException;
  }

  /**
   * The time between two turns.
   *
   * @param mayBeCutShort whether {@link #wake} ends it
   */
  record Pause(Duration length, boolean mayBeCutShort) {

    /** Until there may be something new, or someone says so. */
    static Pause untilWoken(Duration length) {
      return new Pause(length, true);
    }

    /** In full: after a failure. */
    static Pause of(Duration length) {
      return new Pause(length, false);
    }
  }

  /** Starts a thread. */
  static Repeater start(String name, Work work) {
    Repeater repeater = new Repeater(name, work);
    repeater.thread.start();
    return repeater;
  }

  private void run(Work work) {
    try {
      while (!stopped) {
        rest(work.turn());
      }
    } catch (InterruptedException e) {
      LOG.debugf("%s was interrupted", thread.getName());
    }
  }

  private void rest(Pause pause) throws InterruptedException {
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

  /** Lets the next turn come at once, unless the last one failed. For any thread. */
  void wake() {
    signals.release();
  }

  private void died(Throwable e) {
    LOG.errorf(e, "%s died", thread.getName());
    died = true;
  }

  /** True where it ended with an error, such as a lack of memory, and will not take turns again. */
  boolean hasDied() {
    return died;
  }

  /** Lets the turn under way end, and interrupts it where it takes too long. */
  @Override
  public void close() {
    stopped = true;
    signals.release();
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
