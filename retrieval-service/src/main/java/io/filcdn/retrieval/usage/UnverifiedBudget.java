package io.filcdn.retrieval.usage;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.retrieval.address.Prefix;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The limit of bytes that are given away: a response may send bytes of a fill before its verdict,
 * and where the verdict is not good, nobody pays for them. So they are held here before they are
 * sent, per data set that would pay, per provider that supplied them to it, and per provider; what
 * holds for a provider holds for the host that sent them too, so that a machine has one limit by
 * however many provider ids it goes. A good verdict frees them, any other spends them. Where one of
 * the limits is used up, responses wait for the verdict.
 *
 * <p>A provider answers over all data sets for what it caused alone: wrong bytes, and fills that it
 * left unfinished. Who only makes clients leave spends nothing of it, so no payer's clients use up
 * what another payer's need.
 */
public final class UnverifiedBudget {

  private final Limits limits;
  private final Allowances<Object> dataSets;
  private final Allowances<Object> shares;
  private final Allowances<Object> suppliers;
  private final AtomicLong lost = new AtomicLong();
  private final AtomicLong waits = new AtomicLong();

  /**
   * The bounds, in bytes.
   *
   * @param perDataSet that responses of one data set may send
   * @param perProviderOfDataSet of which one provider, or one host, may have supplied
   * @param perProvider that one provider, or one host, may have supplied to all data sets
   * @param refill how long what is spent takes to grow back
   */
  public record Limits(
      long perDataSet, long perProviderOfDataSet, long perProvider, Duration refill) {}

  /**
   * The supplier of bytes.
   *
   * @param host the machine that sent them, by its address
   */
  public record Supplier(ProviderId provider, Prefix host) {}

  /** The data set that pays for bytes, and their supplier. */
  record Share(DataSetId dataSet, Supplier supplier) {}

  private record OfDataSet(DataSetId dataSet, Object supplier) {}

  /** One limit that bytes count to. */
  private record Account(
      Allowances<Object> table, Object who, long limit, boolean ofSupplierAlone) {

    boolean hold(long bytes) {
      return table.hold(who, bytes, limit);
    }

    void free(long bytes) {
      table.free(who, bytes);
    }

    boolean answersFor(Cause cause) {
      return !ofSupplierAlone || cause == Cause.PROVIDER;
    }
  }

  /** The cause for which bytes were given away. */
  public enum Cause {
    /** The provider sent wrong bytes, or not all of them. */
    PROVIDER,
    /** Whoever waited has left, or the edge's own disk failed. */
    OTHER
  }

  /**
   * @param nanoTime a clock for measuring
   */
  public UnverifiedBudget(Limits limits, LongSupplier nanoTime) {
    this.limits = limits;
    this.dataSets = new Allowances<>(limits.refill, nanoTime);
    this.shares = new Allowances<>(limits.refill, nanoTime);
    this.suppliers = new Allowances<>(limits.refill, nanoTime);
  }

  /** Holds bytes that are about to be sent; none where one limit is reached. */
  boolean hold(Share share, long bytes) {
    List<Account> accounts = accounts(share);
    for (int i = 0; i < accounts.size(); i++) {
      if (!accounts.get(i).hold(bytes)) {
        accounts.subList(0, i).forEach(account -> account.free(bytes));
        waits.incrementAndGet();
        return false;
      }
    }
    return true;
  }

  private List<Account> accounts(Share share) {
    Supplier by = share.supplier;
    DataSetId dataSet = share.dataSet;
    long ofDataSet = limits.perProviderOfDataSet;
    return List.of(
        new Account(dataSets, dataSet, limits.perDataSet, false),
        new Account(shares, new OfDataSet(dataSet, by.provider), ofDataSet, false),
        new Account(shares, new OfDataSet(dataSet, by.host), ofDataSet, false),
        new Account(suppliers, by.provider, limits.perProvider, true),
        new Account(suppliers, by.host, limits.perProvider, true));
  }

  /** Frees bytes that were held: they were not sent, or turned out right. */
  void free(Share share, long bytes) {
    accounts(share).forEach(account -> account.free(bytes));
  }

  /** Spends bytes that were held. */
  void spend(Share share, long bytes, Cause cause) {
    for (Account account : accounts(share)) {
      if (account.answersFor(cause)) {
        account.table.spend(account.who, bytes, 0);
      } else {
        account.free(bytes);
      }
    }
  }

  /** Takes back bytes that were spent, and turned out not to have been sent. */
  void refund(Share share, long bytes, Cause cause) {
    for (Account account : accounts(share)) {
      if (account.answersFor(cause)) {
        account.table.refund(account.who, bytes);
      }
    }
  }

  /** Counts bytes that clients took and nobody pays for. */
  void lost(long bytes) {
    lost.addAndGet(bytes);
  }

  /**
   * The number of bytes that clients took in all and that turned out wrong or were never verified.
   */
  public long lost() {
    return lost.get();
  }

  /** The number of responses that had to wait for a verdict, since the budget was used up. */
  public long waits() {
    return waits.get();
  }
}
