package io.filcdn.simulation.fleet;

import java.util.Arrays;

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

  private final long[][] sums = new long[Kind.values().length][MINUTES];

  /** Counts. */
  public void add(Kind kind, long nanos, long count) {
    sums[kind.ordinal()][(int) Math.min(MINUTES - 1, nanos / MINUTE_NANOS)] += count;
  }

  /** Counts what another counted. */
  public void add(Tally other) {
    for (int kind = 0; kind < sums.length; kind++) {
      for (int minute = 0; minute < MINUTES; minute++) {
        sums[kind][minute] += other.sums[kind][minute];
      }
    }
  }

  /** The sum of a kind. */
  public long sum(Kind kind) {
    return Arrays.stream(sums[kind.ordinal()]).sum();
  }

  /** The most of a kind in a minute, by the second. */
  public long peak(Kind kind) {
    return Arrays.stream(sums[kind.ordinal()]).max().orElse(0) / 60;
  }

  /** The sum of a kind in some minutes. */
  public long sum(Kind kind, int fromMinute, int toMinute) {
    return Arrays.stream(sums[kind.ordinal()], fromMinute, toMinute).sum();
  }
}
