package io.filcdn.retrieval.usage;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * Bytes of one quota that are wanted and not reserved yet.
 *
 * <pre>
 * waiting ─ granted ─ over   taken, or released
 *    ├───── refused          metrics has too little for it
 *    └───── unanswered       metrics was asked and did not answer
 * </pre>
 */
final class Claim {

  enum State {
    WAITING,
    GRANTED,
    REFUSED,
    UNANSWERED,
    OVER
  }

  private final LeaseAccount account;
  private final long bytes;
  private final Runnable decided;

  @GuardedBy("account")
  private State state = State.WAITING;

  /**
   * @param decided called once where this has waited, when it does no more
   */
  Claim(LeaseAccount account, long bytes, Runnable decided) {
    this.account = account;
    this.bytes = bytes;
    this.decided = decided;
  }

  LeaseAccount account() {
    return account;
  }

  long bytes() {
    return bytes;
  }

  Runnable decided() {
    return decided;
  }

  State state() {
    synchronized (account) {
      return state;
    }
  }

  void become(State next) {
    synchronized (account) {
      state = next;
    }
  }
}
