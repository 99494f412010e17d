package io.filcdn.simulation.fleet;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** The sums of what happened, by minute. */
public final class Tally {

  /** The kinds of what is counted. */
  public enum Kind {
    /** Requests that were served. */
    REQUESTS,
    /** Bytes that were served. */
    BYTES,
    /** Requests that were refused as the quota is used up (402). */
    EXHAUSTED,
    /** Requests that were refused as edges hold what is left (503). */
    CONTENDED,
    /** Requests that were refused as metrics does not answer (503). */
    UNREACHABLE,
    /** Asks for quotas, those that tell and want nothing among them. */
    ASKS,
    /** Asks that someone waits for. */
    URGENT_ASKS,
    /** Asks that change a lease, and so write. */
    WRITTEN_LEASES,
    /** Rows of egress records. */
    ROWS,
    /** Odometers that were written: one for each data set of a batch. */
    ODOMETERS,
    /** Leases that records were taken from: one for each journal and quota of a batch. */
    SPENT_LEASES
  }

  private static final int MINUTES = 24 * 60;
  private static final long MINUTE_NANOS = 60_000_000_000L;

  private final Map<Kind, long[]> sums = new EnumMap<>(Kind.class);

  /** Counts. */
  public void add(Kind kind, long nanos, long count) {
    minutes(kind)[(int) Math.min(MINUTES - 1, nanos / MINUTE_NANOS)] += count;
  }

  /** Counts what another counted. */
  public void add(Tally other) {
    other.sums.forEach(
        (kind, counts) -> {
          long[] mine = minutes(kind);
          Arrays.setAll(mine, minute -> mine[minute] + counts[minute]);
        });
  }

  /** The sum of a kind. */
  public long sum(Kind kind) {
    return Arrays.stream(minutes(kind)).sum();
  }

  /** The most of a kind in a minute, by the second. */
  public long peak(Kind kind) {
    return Arrays.stream(minutes(kind)).max().orElse(0) / 60;
  }

  private long[] minutes(Kind kind) {
    return sums.computeIfAbsent(kind, _ -> new long[MINUTES]);
  }
}
