package io.filcdn.retrieval.usage;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The limit of bytes that are given away: a response may send bytes of a fill before its verdict,
 * and where the verdict is not good, nobody pays for them. So they are held here before they are
 * sent, per data set that would pay, per provider that supplied them to it, and per provider; a
 * good verdict frees them, any other spends them. Where one of the three is used up, responses wait
 * for the verdict.
 *
 * <p>A provider answers over all data sets for what it caused alone: wrong bytes, and fills that it
 * left unfinished. Who only makes clients leave spends nothing of it, so no payer's clients use up
 * what another payer's need.
 */
public final class UnverifiedBudget {

  private final Limits limits;
  private final Allowances<DataSetId> dataSets;
  private final Allowances<Share> shares;
  private final Allowances<ProviderId> providers;
  private final AtomicLong lost = new AtomicLong();
  private final AtomicLong waits = new AtomicLong();

  /**
   * The bounds, in bytes.
   *
   * @param perDataSet that responses of one data set may send
   * @param perProviderOfDataSet of which one provider may have supplied
   * @param perProvider that one provider may have supplied to all data sets
   * @param refill how long what is spent takes to grow back
   */
  public record Limits(
      long perDataSet, long perProviderOfDataSet, long perProvider, Duration refill) {}

  /** Whose bytes are paid by whom. */
  record Share(DataSetId dataSet, ProviderId provider) {}

  /** Why bytes were given away. */
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
    this.providers = new Allowances<>(limits.refill, nanoTime);
  }

  /** Holds bytes that are about to be sent; none where one limit is reached. */
  boolean hold(Share share, long bytes) {
    if (!dataSets.hold(share.dataSet, bytes, limits.perDataSet)) {
      return refused();
    }
    if (!shares.hold(share, bytes, limits.perProviderOfDataSet)) {
      dataSets.free(share.dataSet, bytes);
      return refused();
    }
    if (!providers.hold(share.provider, bytes, limits.perProvider)) {
      dataSets.free(share.dataSet, bytes);
      shares.free(share, bytes);
      return refused();
    }
    return true;
  }

  private boolean refused() {
    waits.incrementAndGet();
    return false;
  }

  /** Frees bytes that were held: they were not sent, or turned out right. */
  void free(Share share, long bytes) {
    dataSets.free(share.dataSet, bytes);
    shares.free(share, bytes);
    providers.free(share.provider, bytes);
  }

  /** Spends bytes that were held. */
  void spend(Share share, long bytes, Cause cause) {
    dataSets.spend(share.dataSet, bytes, 0);
    shares.spend(share, bytes, 0);
    if (cause == Cause.PROVIDER) {
      providers.spend(share.provider, bytes, 0);
    } else {
      providers.free(share.provider, bytes);
    }
  }

  /** Takes back bytes that were spent, and turned out not to have been sent. */
  void refund(Share share, long bytes, Cause cause) {
    dataSets.refund(share.dataSet, bytes);
    shares.refund(share, bytes);
    if (cause == Cause.PROVIDER) {
      providers.refund(share.provider, bytes);
    }
  }

  /** Counts bytes that clients took and nobody pays for. */
  void lost(long bytes) {
    lost.addAndGet(bytes);
  }

  /** How many bytes clients took in all that turned out wrong or were never verified. */
  public long lost() {
    return lost.get();
  }

  /** How many responses had to wait for a verdict, since the budget was used up. */
  public long waits() {
    return waits.get();
  }
}
