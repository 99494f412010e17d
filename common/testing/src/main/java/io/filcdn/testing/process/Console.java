package io.filcdn.testing.process;

import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.logging.Logger;

/**
 * The output that a person sees of a stack: a line a step, with the time it took. Also kept in the
 * log.
 */
public final class Console {

  private static final Logger LOG = Logger.getLogger(Console.class.getName());

  private final PrintStream out;
  private final Clock clock;
  private final Instant begun;

  public Console(PrintStream out, Clock clock) {
    this.out = out;
    this.clock = clock;
    this.begun = clock.instant();
  }

  /** Says a line. */
  public synchronized void say(String line) {
    LOG.info(line);
    out.println(line);
    out.flush();
  }

  /** Does a step and says how long it took. */
  public <T> T step(String name, Callable<T> work) throws Exception {
    Instant started = clock.instant();
    T result = work.call();
    done(name, started);
    return result;
  }

  /** Says that a step that began at {@code started} is done. */
  public void done(String name, Instant started) {
    say("  %-22s %7s".formatted(name, seconds(Duration.between(started, clock.instant()))));
  }

  /** The time since this console began, as in {@code 12.3 s}. */
  public String elapsed() {
    return seconds(Duration.between(begun, clock.instant()));
  }

  public Instant now() {
    return clock.instant();
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }
}
