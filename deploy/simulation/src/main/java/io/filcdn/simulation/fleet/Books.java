package io.filcdn.simulation.fleet;

import io.filcdn.common.lease.QuotaName;
import io.filcdn.simulation.fleet.Tally.Kind;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The books of all quotas, kept apart from what is simulated and by the plainest means: what was
 * granted, served, counted and lost. They do not balance where a byte is served that nobody paid
 * for, or has no place.
 */
public final class Books {

  /** A failure: something that always holds does not. */
  public static final class BrokenException extends RuntimeException {
    BrokenException(String message) {
      super(message);
    }
  }

  private static final class Account {
    private long weight = 1;
    private long granted;
    private long served;
    private long flushed;
    private long counted;
    private long lost;
  }

  private final Map<QuotaName, Account> accounts = new LinkedHashMap<>();

  /**
   * The first byte that nobody paid for; an edge that serves goes on whatever one response does.
   */
  private Optional<String> broken = Optional.empty();

  /** Grants more of a quota. */
  public void grant(QuotaName name, long bytes, long weight) {
    Account account = accounts.computeIfAbsent(name, _ -> new Account());
    account.granted = Math.addExact(account.granted, bytes);
    account.weight = weight;
  }

  /** The number of data sets that one stands for. */
  long weight(QuotaName name) {
    return account(name).weight;
  }

  long granted(QuotaName name) {
    return account(name).granted;
  }

  void served(QuotaName name, long bytes) {
    Account account = account(name);
    account.served = Math.addExact(account.served, bytes);
    // what a crash lost is billed to nobody, and free again
    if (account.served - account.lost > account.granted && broken.isEmpty()) {
      broken =
          Optional.of(
              "expected at most %d bytes served of %s, which were granted, found %d"
                  .formatted(account.granted, name, account.served - account.lost));
    }
  }

  /** Looks whether more was ever served than was granted by then. */
  void requireAllPaid() {
    if (broken.isPresent()) {
      throw new BrokenException(broken.get());
    }
  }

  void flushed(QuotaName name, long bytes) {
    account(name).flushed += bytes;
  }

  void counted(QuotaName name, long bytes) {
    account(name).counted += bytes;
  }

  void lost(QuotaName name, long bytes) {
    account(name).lost += bytes;
  }

  /** The bytes that crashes lost, of all data sets. */
  public long lost() {
    return accounts.values().stream().mapToLong(one -> one.lost * one.weight).sum();
  }

  /** The bytes that were granted, of all data sets. */
  public long granted() {
    return accounts.values().stream().mapToLong(one -> one.granted * one.weight).sum();
  }

  /** The bytes that were served, of all data sets. */
  public long served() {
    return accounts.values().stream().mapToLong(one -> one.served * one.weight).sum();
  }

  /**
   * Looks whether each byte has its place once all edges flushed.
   *
   * @param all whether metrics has counted all that was flushed
   */
  public void balance(boolean all) {
    accounts.forEach(
        (name, one) -> {
          if (one.served != one.flushed + one.lost) {
            throw new BrokenException(
                "expected %d bytes of %s flushed or lost, which were served, found %d and %d"
                    .formatted(one.served, name, one.flushed, one.lost));
          }
          if (one.counted > one.flushed || all && one.counted < one.flushed) {
            throw new BrokenException(
                "expected %d bytes of %s counted, which were flushed, found %d"
                    .formatted(one.flushed, name, one.counted));
          }
        });
  }

  private Account account(QuotaName name) {
    Account account = accounts.get(name);
    if (account == null) {
      throw new BrokenException("expected a grant of %s, found none".formatted(name));
    }
    return account;
  }

  /** Counts for all data sets that one stands for. */
  void tally(Tally tally, Kind kind, long nanos, QuotaName name, long count) {
    tally.add(kind, nanos, count * account(name).weight);
  }
}
