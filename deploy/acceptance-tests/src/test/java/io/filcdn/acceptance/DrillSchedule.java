package io.filcdn.acceptance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** The harm that is done to a stack, and when: all of it follows from one seed. */
record DrillSchedule(List<Event> events) {

  private static final int FIRST_MILLIS = 3_000;
  private static final int PAUSE_MILLIS = 2_500;
  private static final int MORE_MILLIS = 5_000;
  private static final int SHORT_MILLIS = 1_000;
  private static final int LONG_MILLIS = 7_000;
  private static final int MOST_SECONDS_OFF = 150;
  private static final int MOST_MIB_PAID = 150;

  /** A process that ends so often within a minute ends its supervisor's patience. */
  private static final int MOST_ENDS_A_MINUTE = 3;

  private static final Duration MINUTE = Duration.ofMinutes(1);

  DrillSchedule {
    events = List.copyOf(events);
  }

  /** A process that is harmed. */
  enum Victim {
    RETRIEVAL,
    SECOND,
    INDEXER,
    METRICS,
    SETTLEMENT,
    KAFKA,
    POSTGRES,
    CHAIN;

    /** True where an end loses nothing it told: anvil forgets its last blocks, as no chain does. */
    boolean mayEnd() {
      return this != CHAIN;
    }

    /** Those that tell whether they are ready. */
    static List<Victim> services() {
      return Stream.of(values()).filter(Victim::isService).toList();
    }

    /** True where it tells whether it is ready. */
    boolean isService() {
      return compareTo(KAFKA) < 0;
    }

    boolean isEdge() {
      return this == RETRIEVAL || this == SECOND;
    }
  }

  /** A line between two processes. */
  enum Line {
    RETRIEVAL_TO_METRICS,
    SECOND_TO_METRICS,
    INDEXER_TO_CHAIN,
    SETTLEMENT_TO_CHAIN,
    INDEXER_TO_POSTGRES,
    METRICS_TO_POSTGRES,
    SETTLEMENT_TO_POSTGRES,
    TO_HONEST_PROVIDER,
    TO_ROGUE
  }

  /** The harm that is done. */
  sealed interface Deed {

    record Kill(Victim victim) implements Deed {}

    /** A polite end, after which it is started again. */
    record Restart(Victim victim) implements Deed {}

    record Freeze(Victim victim, int millis) implements Deed {}

    record FullDisk(Victim edge, int millis) implements Deed {}

    record Cut(Line line, int millis) implements Deed {}

    record Slow(Line line, int millis, int delayMillis) implements Deed {}

    record Reorg(int depth) implements Deed {}

    /** The provider that lies lies otherwise. */
    record Lie() implements Deed {}

    /** A new piece, asked for by many at once. */
    record Herd() implements Deed {}

    /** The payer whose money runs out pays for more. */
    record TopUp(int mebibytes) implements Deed {}

    /** The clock of a service is off by so much from now on, and all others are right. */
    record Shift(Victim service, int seconds) implements Deed {}

    /** Kafka forgets what all who read it have read. */
    record Retention() implements Deed {}

    /** A piece is taken off the chain, once a drill: a proving period of blocks goes by. */
    record Remove() implements Deed {}

    /** A payer ends a CDN rail of his, once a drill. */
    record Terminate() implements Deed {}

    /** Both edges, one after the other, politely. */
    record RollingRestart() implements Deed {}
  }

  record Event(Duration at, Deed deed) {}

  /** The events of some time. */
  static DrillSchedule of(long seed, Duration time) {
    Random random = new Random(seed);
    List<Event> events = new ArrayList<>();
    long at = FIRST_MILLIS;
    while (at < time.toMillis()) {
      Deed deed = deed(random);
      if (isBearable(events, at, deed)) {
        events.add(new Event(Duration.ofMillis(at), deed));
      }
      at += PAUSE_MILLIS + random.nextInt(MORE_MILLIS);
    }
    return new DrillSchedule(events);
  }

  private static Deed deed(Random random) {
    int millis = SHORT_MILLIS + random.nextInt(LONG_MILLIS - SHORT_MILLIS);
    Victim victim = Victim.values()[random.nextInt(Victim.values().length)];
    Line line = Line.values()[random.nextInt(Line.values().length)];
    return switch (random.nextInt(23)) {
      case 0, 1, 2, 3 -> victim.mayEnd() ? new Deed.Kill(victim) : new Deed.Freeze(victim, millis);
      case 4, 5 -> victim.mayEnd() ? new Deed.Restart(victim) : new Deed.Freeze(victim, millis);
      case 6, 7 -> new Deed.Freeze(victim, millis);
      case 8 -> new Deed.FullDisk(random.nextBoolean() ? Victim.RETRIEVAL : Victim.SECOND, millis);
      case 9 -> new Deed.Cut(line, millis);
      case 10 -> new Deed.Slow(line, millis, 5 + random.nextInt(100));
      case 11 -> new Deed.Reorg(1 + random.nextInt(2));
      case 12 -> new Deed.Lie();
      case 13 -> new Deed.Herd();
      case 14, 15 -> new Deed.TopUp(1 + random.nextInt(MOST_MIB_PAID));
      case 16 -> new Deed.Remove();
      case 17 -> new Deed.Terminate();
      case 18, 19 ->
          new Deed.Shift(
              Victim.services().get(random.nextInt(Victim.services().size())),
              random.nextInt(2 * MOST_SECONDS_OFF) - MOST_SECONDS_OFF);
      case 20, 21 -> new Deed.Retention();
      default -> new Deed.RollingRestart();
    };
  }

  private static boolean isBearable(List<Event> before, long at, Deed deed) {
    if (deed instanceof Deed.Remove || deed instanceof Deed.Terminate) {
      return before.stream().noneMatch(event -> event.deed().equals(deed));
    }
    if (deed instanceof Deed.RollingRestart && isRecent(before, at, deed)) {
      return false;
    }
    return ended(deed).stream()
        .allMatch(
            victim ->
                before.stream()
                        .filter(event -> at - event.at().toMillis() < MINUTE.toMillis())
                        .filter(event -> ended(event.deed()).contains(victim))
                        .count()
                    < MOST_ENDS_A_MINUTE);
  }

  /** True where it was done a moment ago: it waits until all are ready, and others wait for it. */
  private static boolean isRecent(List<Event> before, long at, Deed deed) {
    return before.stream()
        .filter(event -> at - event.at().toMillis() < MINUTE.toMillis())
        .anyMatch(event -> event.deed().equals(deed));
  }

  /** Those whose process ends by it. */
  private static List<Victim> ended(Deed deed) {
    return switch (deed) {
      case Deed.Kill(Victim victim) -> List.of(victim);
      case Deed.Restart(Victim victim) -> List.of(victim);
      case Deed.RollingRestart _ -> List.of(Victim.RETRIEVAL, Victim.SECOND);
      default -> List.of();
    };
  }
}
