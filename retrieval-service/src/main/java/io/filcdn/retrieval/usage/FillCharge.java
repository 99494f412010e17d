package io.filcdn.retrieval.usage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.common.payment.ProviderId;
import java.util.ArrayList;
import java.util.List;

/**
 * The charge for what a request makes the edge fetch, and what it takes of it: known once its
 * response and the fetches that it led are over, whichever is last. Safe for use by several
 * threads.
 */
public final class FillCharge {

  private final Settlement settlement;

  @GuardedBy("this")
  private int fetches;

  @GuardedBy("this")
  private final List<Supplied> supplied = new ArrayList<>();

  @GuardedBy("this")
  private long accepted;

  @GuardedBy("this")
  private boolean answered;

  /** True where it was charged: what a fetch that begins later brings is another's. */
  @GuardedBy("this")
  private boolean settled;

  /** Bytes that a provider supplied. */
  public record Supplied(ProviderId provider, long bytes) {}

  /** The one who charges it. */
  public interface Settlement {

    /**
     * All is over. Called once.
     *
     * @param supplied what was fetched
     * @param accepted how many bytes the client took
     */
    void settle(List<Supplied> supplied, long accepted);
  }

  public FillCharge(Settlement settlement) {
    this.settlement = settlement;
  }

  /** A fetch begins for it. */
  public synchronized void begin() {
    fetches++;
  }

  /** A fetch that began is over, and brought so much. */
  public synchronized void fetched(List<Supplied> bySuppliers) {
    fetches--;
    supplied.addAll(bySuppliers);
    settleWhereOver();
  }

  /** The response is over, and its client took so many bytes. */
  public synchronized void accepted(long bytes) {
    answered = true;
    accepted = bytes;
    settleWhereOver();
  }

  @GuardedBy("this")
  private void settleWhereOver() {
    if (answered && fetches == 0 && !settled) {
      settled = true;
      settlement.settle(List.copyOf(supplied), accepted);
    }
  }
}
