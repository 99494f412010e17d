package io.filcdn.retrieval.usage;

import io.filcdn.common.lease.QuotaName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The claims of one who prepared, on one quota or several. It goes on when none of them waits any
 * more. Confined to its caller, but for being told that claims are decided.
 */
final class LeaseHold implements Quota.Hold {

  private final LeasedQuota quota;
  private final Consumer<Quota.Hold> then;
  private final List<Claim> claims;

  /** The number of claims that wait, and one more until all are made. */
  private final AtomicInteger open = new AtomicInteger(1);

  /**
   * @param then called where it had to wait
   */
  LeaseHold(LeasedQuota quota, int needs, Consumer<Quota.Hold> then) {
    this.quota = quota;
    this.then = then;
    this.claims = new ArrayList<>(needs);
  }

  /** Claims bytes. */
  void claim(LeaseAccount account, long bytes, long now) {
    Claim claim = new Claim(account, bytes, this::decided);
    claims.add(claim);
    open.incrementAndGet();
    if (account.claim(claim, now)) {
      open.decrementAndGet();
    }
  }

  private void decided() {
    if (open.decrementAndGet() == 0) {
      then.accept(this);
    }
  }

  /**
   * No more claims are made.
   *
   * @return whether none waits
   */
  boolean isDecided() {
    return open.decrementAndGet() == 0;
  }

  @Override
  public Quota.Outcome reserve(QuotaName name, long bytes) {
    Optional<LeaseAccount> known = quota.known(name);
    if (known.isEmpty()) {
      return Quota.Outcome.UNREACHABLE;
    }
    Claim mine = claimOn(known.get());
    Quota.Outcome outcome = quota.reserve(known.get(), bytes, mine);
    boolean unanswered = mine != null && mine.state() == Claim.State.UNANSWERED;
    return unanswered && outcome == Quota.Outcome.CONTENDED ? Quota.Outcome.UNREACHABLE : outcome;
  }

  private @Nullable Claim claimOn(LeaseAccount account) {
    for (Claim claim : claims) {
      if (claim.account() == account) {
        return claim;
      }
    }
    return null;
  }

  @Override
  public void release() {
    claims.forEach(claim -> claim.account().release(claim));
  }
}
