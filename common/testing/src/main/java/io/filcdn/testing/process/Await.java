package io.filcdn.testing.process;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A bounded wait for something that another process does. */
public final class Await {

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private Await() {}

  /**
   * Asks again and again whether it is {@code done}.
   *
   * @return whether it was within {@code limit}
   * @throws StackFailure where this thread is interrupted
   */
  public static boolean until(Duration limit, BooleanSupplier done) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!done.getAsBoolean()) {
      if (System.nanoTime() >= deadline) {
        return false;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
      if (Thread.currentThread().isInterrupted()) {
        throw new StackFailure("interrupted");
      }
    }
    return true;
  }
}
