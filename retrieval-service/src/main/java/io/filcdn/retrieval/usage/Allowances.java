package io.filcdn.retrieval.usage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Allowances: each of many may use bytes up to a limit that grows back steadily: bytes are held
 * while it is open whether they are used, and then freed or spent. What is held stays so until it
 * is decided; what is spent grows back within the refill time, an empty limit in all of it.
 *
 * <p>The table is bounded. An account that anything is held or spent of is never dropped to make
 * room, so that nobody gets a new limit by crowding the table: whoever finds no place may use
 * nothing.
 *
 * @param <K> by what accounts are told apart
 */
public final class Allowances<K> {

  /** The most accounts that there are; one takes some hundred bytes. */
  static final int MOST = 100_000;

  private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final long refillNanos;
  private final LongSupplier nanoTime;

  @GuardedBy("this")
  private final Map<K, Account> accounts = new HashMap<>();

  @GuardedBy("this")
  private long sweptAt;

  /**
   * @param refill how long a limit that is spent takes to grow back
   * @param nanoTime a clock for measuring
   */
  public Allowances(Duration refill, LongSupplier nanoTime) {
    this.refillNanos = refill.toNanos();
    this.nanoTime = nanoTime;
    this.sweptAt = nanoTime.getAsLong() - SWEEP_NANOS;
  }

  /**
   * Holds bytes, if so many are left.
   *
   * @param limit of this account, as it is now
   */
  public synchronized boolean hold(K who, long bytes, long limit) {
    Account account = account(who);
    if (account == null) {
      return false;
    }
    account.grow(limit);
    if (bytes > limit - account.spent - account.held) {
      return false;
    }
    account.held = Math.addExact(account.held, bytes);
    return true;
  }

  /** Frees bytes that were held. */
  public synchronized void free(K who, long bytes) {
    Account account = accounts.get(who);
    if (account != null) {
      account.held = Math.subtractExact(account.held, bytes);
    }
  }

  /** Spends bytes that were held, and {@code more} that were not, whatever the limit. */
  public synchronized void spend(K who, long bytes, long more) {
    Account account = accounts.get(who);
    if (account != null) {
      account.grow(account.limit);
      account.held = Math.subtractExact(account.held, bytes);
      account.spent = Math.addExact(account.spent, Math.addExact(bytes, more));
    }
  }

  /** Takes back bytes that were spent too much. */
  public synchronized void refund(K who, long bytes) {
    Account account = accounts.get(who);
    if (account != null) {
      account.spent = Math.max(0, account.spent - bytes);
    }
  }

  /** The number of accounts. */
  synchronized int size() {
    return accounts.size();
  }

  @GuardedBy("this")
  private @Nullable Account account(K who) {
    Account account = accounts.get(who);
    if (account == null && accounts.size() >= MOST) {
      sweep();
    }
    if (account == null && accounts.size() < MOST) {
      account = new Account();
      accounts.put(who, account);
    }
    return account;
  }

  /** Drops accounts that are as good as new. */
  @GuardedBy("this")
  private void sweep() {
    long now = nanoTime.getAsLong();
    if (now - sweptAt >= SWEEP_NANOS) {
      sweptAt = now;
      accounts
          .values()
          .removeIf(
              account -> {
                account.grow(account.limit);
                return account.held == 0 && account.spent == 0;
              });
    }
  }

  /** The account of one of them. Changed only under the table's lock. */
  private final class Account {
    long limit;
    long held;
    long spent;
    long grownAt = nanoTime.getAsLong();

    /** Lets grow back what does by now. */
    void grow(long newLimit) {
      long now = nanoTime.getAsLong();
      // a double is exact to a byte in 8 PiB
      long back = (long) ((double) limit * (now - grownAt) / refillNanos);
      limit = newLimit;
      if (back > 0 || spent == 0) {
        grownAt = now;
        spent = Math.max(0, spent - back);
      }
    }
  }
}
