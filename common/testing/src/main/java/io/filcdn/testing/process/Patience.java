package io.filcdn.testing.process;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The time that a start is waited for: as long as there is progress, and no longer than was asked
 * for. Says now and then what it waits for.
 */
public final class Patience {

  private static final Duration WITHOUT_PROGRESS = Duration.ofMinutes(3);
  private static final Duration TOLD_EVERY = Duration.ofSeconds(15);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Console console;
  private final LongSupplier nanos;
  private final Runnable pause;
  private final long begun;
  private final Optional<Duration> timeout;

  /**
   * @param timeout how long to wait for everything in all, counted from now
   */
  public Patience(Console console, Optional<Duration> timeout) {
    this(console, timeout, System::nanoTime, () -> LockSupport.parkNanos(PAUSE_NANOS));
  }

  Patience(Console console, Optional<Duration> timeout, LongSupplier nanos, Runnable pause) {
    this.console = console;
    this.timeout = timeout;
    this.nanos = nanos;
    this.pause = pause;
    this.begun = nanos.getAsLong();
  }

  /**
   * Asks again and again whether it is {@code done}.
   *
   * @param signs what changes as long as there is progress
   * @param waitingFor what is missing, for a person
   * @return whether it was done; else the timeout passed, or minutes without progress
   * @throws StackFailure where this thread is interrupted
   */
  public boolean until(BooleanSupplier done, Supplier<?> signs, Supplier<String> waitingFor) {
    long told = nanos.getAsLong();
    long changed = told;
    Object before = null;
    while (!done.getAsBoolean()) {
      Object seen = signs.get();
      long now = nanos.getAsLong();
      if (!Objects.equals(seen, before)) {
        before = seen;
        changed = now;
      }
      if (isOver(now) || now - changed >= WITHOUT_PROGRESS.toNanos()) {
        return false;
      }
      if (now - told >= TOLD_EVERY.toNanos()) {
        told = now;
        console.say(
            "  waiting for %s, %d s so far".formatted(waitingFor.get(), elapsed(now).toSeconds()));
      }
      pause.run();
      if (Thread.currentThread().isInterrupted()) {
        throw new StackFailure("interrupted");
      }
    }
    return true;
  }

  private boolean isOver(long now) {
    return timeout.isPresent() && elapsed(now).compareTo(timeout.get()) >= 0;
  }

  private Duration elapsed(long now) {
    return Duration.ofNanos(now - begun);
  }

  /** The limit that ended waiting, as in {@code within the 90 s of --timeout}. */
  public String limit() {
    return isOver(nanos.getAsLong())
        ? "within the %d s of --timeout".formatted(timeout.orElseThrow().toSeconds())
        : "after %d s without progress".formatted(WITHOUT_PROGRESS.toSeconds());
  }
}
