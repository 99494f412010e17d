package io.filcdn.retrieval.usage;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * What a request makes the edge fetch, and what it takes of it: known once its response and the
 * fetches that it led are over, whichever is last. Safe for use by several threads.
 */
public final class FillCharge {

  private final Settlement settlement;

  @GuardedBy("this")
  private int fetches;

  @GuardedBy("this")
  private long fetched;

  @GuardedBy("this")
  private long accepted;

  @GuardedBy("this")
  private boolean answered;

  /** Who charges it. */
  public interface Settlement {

    /** All is over, and this is what came of it, in bytes. Called once. */
    void settle(long fetched, long accepted);
  }

  public FillCharge(Settlement settlement) {
    this.settlement = settlement;
  }

  /** A fetch begins for it. */
  public synchronized void begin() {
    fetches++;
  }

  /** A fetch that began is over, and brought so many bytes. */
  public synchronized void fetched(long bytes) {
    fetches--;
    fetched = Math.addExact(fetched, bytes);
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
    if (answered && fetches == 0) {
      settlement.settle(fetched, accepted);
    }
  }
}
