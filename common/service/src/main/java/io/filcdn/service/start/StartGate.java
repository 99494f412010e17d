package io.filcdn.service.start;

import io.filcdn.service.start.Dependency.Answer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The wait of a service for what it cannot start without, as long as it takes. Meanwhile it is live
 * and not ready, and says now and then what it waits for.
 */
final class StartGate {

  private static final Duration TOLD_EVERY = Duration.ofSeconds(30);

  private final Function<Supplier<String>, AutoCloseable> health;
  private final Consumer<String> log;
  private final Clock clock;
  private final Pause pause;
  private volatile String missing = "";

  /** The time between two attempts. */
  @FunctionalInterface
  interface Pause {
    void take() throws InterruptedException;
  }

  /**
   * @param health begins to answer as not ready, with what is missing, until it is closed
   * @param log takes lines
   */
  StartGate(
      Function<Supplier<String>, AutoCloseable> health,
      Consumer<String> log,
      Clock clock,
      Pause pause) {
    this.health = health;
    this.log = log;
    this.clock = clock;
    this.pause = pause;
  }

  /**
   * Waits until each of {@code dependencies} is there.
   *
   * @throws UnusableSettingException where waiting would not help
   */
  void await(List<Dependency> dependencies) throws Exception {
    for (Dependency dependency : dependencies) {
      Answer answer = dependency.ask();
      if (answer instanceof Answer.Absent absent) {
        missing = waitsFor(dependency, absent);
        try (AutoCloseable _ = health.apply(() -> missing)) {
          answer = await(dependency, absent);
        }
      }
      if (answer instanceof Answer.Late late) {
        log.accept(
            "%s does not answer: %s; the service starts, and is not ready before it does"
                .formatted(dependency.text(), late.reason()));
      }
    }
  }

  private Answer await(Dependency dependency, Answer.Absent first) throws InterruptedException {
    Instant begun = clock.instant();
    Instant told = begun;
    log.accept(missing);
    Answer answer = first;
    while (answer instanceof Answer.Absent absent) {
      String now = waitsFor(dependency, absent);
      Instant time = clock.instant();
      if (!now.equals(missing) || !time.isBefore(told.plus(TOLD_EVERY))) {
        missing = now;
        told = time;
        log.accept("%s, for %d s".formatted(now, Duration.between(begun, time).toSeconds()));
      }
      pause.take();
      answer = dependency.ask();
    }
    log.accept(
        "%s is there after %d s"
            .formatted(dependency.text(), Duration.between(begun, clock.instant()).toSeconds()));
    return answer;
  }

  private static String waitsFor(Dependency dependency, Answer.Absent absent) {
    return "waiting for %s: %s".formatted(dependency.text(), absent.reason());
  }
}
