package io.filcdn.retrieval.usage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.common.chain.Address;
import io.filcdn.common.lease.CapName;
import io.filcdn.common.lease.LeaseAnswer.Lease;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.piece.ByteCount;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The account of what this process may spend of one quota. All numbers are sums since the process
 * began: what it was given, what it gave back, what it used. Used are bytes from the moment they
 * are reserved; those that are not billed in the end are taken off again. Served are those that are
 * billed: of a cap that no record tells of, metrics hears of them with each ask.
 */
final class LeaseAccount {

  private final QuotaName name;
  private final LeaseRules rules;
  private final Optional<Address> payer;

  /** The claims on it that are not decided yet. */
  @GuardedBy("this")
  private final WaitingClaims claims = new WaitingClaims();

  @GuardedBy("this")
  private long acquired;

  @GuardedBy("this")
  private long returned;

  @GuardedBy("this")
  private long used;

  /** The part of what is used that is billed; counted where no record tells of it. */
  @GuardedBy("this")
  private long served;

  @GuardedBy("this")
  private long usedInOutage;

  /** The bytes granted to claims and neither taken nor released. */
  @GuardedBy("this")
  private long granted;

  /**
   * The bytes that nobody has used of the quota, as last told; nothing is known before the first
   * answer.
   */
  @GuardedBy("this")
  private long unspent = Long.MAX_VALUE;

  /** True where metrics had the same sums when it last answered, and nothing of it was here. */
  @GuardedBy("this")
  private boolean settled;

  /** The sum without which the last ask gets nothing. */
  @GuardedBy("this")
  private long askedNeeded;

  @GuardedBy("this")
  private long lastUsed;

  @GuardedBy("this")
  private boolean everUsed;

  @GuardedBy("this")
  private boolean known;

  @GuardedBy("this")
  private boolean touched;

  /**
   * @param payer whose place it has, where it is a client's or a token's and he is known
   */
  LeaseAccount(QuotaName name, LeaseRules rules, Optional<Address> payer) {
    this.name = name;
    this.payer = payer;
    this.rules = rules.of(name);
  }

  /**
   * Grants a claim where its bytes are here, else lets it wait for the next ask. One of none at all
   * is granted once anything is known of the quota.
   *
   * @param now in nanoseconds
   * @return whether it is granted
   */
  synchronized boolean claim(Claim claim, long now) {
    if (claim.bytes() > 0) {
      lastUsed = now;
      everUsed = true;
    }
    if (claim.bytes() <= available() && (claim.bytes() > 0 || known)) {
      granted += claim.bytes();
      claim.become(Claim.State.GRANTED);
      return true;
    }
    claims.add(claim);
    touched = true;
    return false;
  }

  /** Lets go of what was granted to a claim and not taken. */
  synchronized void release(@Nullable Claim claim) {
    if (claim != null && claim.state() == Claim.State.GRANTED) {
      granted -= claim.bytes();
      claim.become(Claim.State.OVER);
      touched = true;
    }
  }

  /**
   * Sets bytes aside, if they are here and nobody else's.
   *
   * @param mine what was claimed before; it is over now
   * @param now in nanoseconds
   */
  synchronized Quota.Outcome reserve(long bytes, @Nullable Claim mine, long now) {
    release(mine);
    lastUsed = now;
    everUsed = true;
    touched = true;
    usedInOutage = 0;
    if (bytes <= available()) {
      used += bytes;
      return Quota.Outcome.RESERVED;
    }
    return bytes > unspent ? Quota.Outcome.EXHAUSTED : Quota.Outcome.CONTENDED;
  }

  /** Sets bytes aside while nobody renews: at most the standing lease in all. */
  synchronized Quota.Outcome reserveInOutage(long bytes, @Nullable Claim mine) {
    release(mine);
    touched = true;
    if (bytes <= available() && bytes <= rules.standing() - usedInOutage) {
      used += bytes;
      usedInOutage += bytes;
      return Quota.Outcome.RESERVED;
    }
    return Quota.Outcome.UNREACHABLE;
  }

  /** Takes back what was reserved and is not billed. */
  synchronized void giveBack(long bytes) {
    used -= bytes;
    usedInOutage = Math.max(0, usedInOutage - bytes);
    touched = true;
  }

  /** Bytes that were reserved are billed. */
  synchronized void served(long bytes) {
    served += bytes;
    touched = true;
  }

  /** True where so much lies here that some is to be returned. */
  synchronized boolean hasTooMuch() {
    return available() > saturated(atHand(false), atHand(false));
  }

  /** The bytes to have at hand while it is used. */
  private long atHand(boolean crowded) {
    return crowded && isOfOne() ? 0 : Math.max(rules.advance(), rules.standing());
  }

  /** The payer whose place it has. */
  Optional<Address> payer() {
    return payer;
  }

  /** True where it is a client's or a token's. */
  boolean isOfOne() {
    return LeaseRules.isOfOne(name);
  }

  @GuardedBy("this")
  private boolean isIdle(long now, boolean crowded) {
    return isUnusedFor(crowded && isOfOne() ? Duration.ZERO : rules.idle(), now);
  }

  /**
   * The ask that is made next: what is waited for, and so much in advance; what is far too much is
   * given back. An account that nobody uses gives all back but its standing lease.
   *
   * @param now in nanoseconds
   * @param crowded whether there are so many that one of a client or token has nothing in advance
   */
  synchronized Ask ask(long now, boolean crowded) {
    claims.askForAll();
    if (claims.isEmpty()) {
      returned += surplus(now, crowded);
      return asked(kept(now, crowded));
    }
    return asked(atHand(crowded));
  }

  /** The bytes to keep at hand where nobody waits for any. */
  @GuardedBy("this")
  private long kept(long now, boolean crowded) {
    if (!isIdle(now, crowded)) {
      return atHand(crowded);
    }
    return isUnusedFor(rules.forget(), now) ? 0 : rules.standing();
  }

  /** The bytes to give back where nobody waits for any: not each byte that is too much. */
  @GuardedBy("this")
  private long surplus(long now, boolean crowded) {
    long keep = kept(now, crowded);
    long mayStay = isIdle(now, crowded) ? keep : saturated(keep, keep);
    return available() > mayStay ? available() - keep : 0;
  }

  /** The ask that is made once more, where there was not enough for all at once. */
  synchronized Ask askAgain(boolean crowded) {
    return asked(atHand(crowded));
  }

  /** Gives back all that nobody uses, and asks for nothing. */
  synchronized Ask returnAll() {
    returned += Math.max(0, available());
    claims.askForAll();
    askedNeeded = acquired;
    return ask(acquired, acquired);
  }

  @GuardedBy("this")
  private boolean isUnusedFor(Duration time, long now) {
    return !everUsed || time.isZero() || now - lastUsed > time.toNanos();
  }

  @GuardedBy("this")
  private Ask asked(long keep) {
    long needed = acquired + Math.max(0, claims.needed() - available());
    long liked = acquired + Math.max(0, saturated(claims.wanted(), keep) - available());
    touched = false;
    askedNeeded = needed;
    return ask(Math.max(needed, liked), needed);
  }

  @GuardedBy("this")
  private Ask ask(long wanted, long needed) {
    return new Ask(
        name,
        ByteCount.of(wanted),
        ByteCount.of(needed),
        ByteCount.of(returned),
        name instanceof CapName ? Optional.of(ByteCount.of(served)) : Optional.empty());
  }

  /**
   * Learns what came of an ask, and grants or refuses what it was made for.
   *
   * @return whether to ask again at once: there was not enough for all, and may be for some
   */
  synchronized boolean told(Lease lease) {
    boolean remembered = !known && remember(lease);
    known = true;
    acquired = lease.acquired().bytes();
    unspent = lease.unspent().map(ByteCount::bytes).orElse(Long.MAX_VALUE);
    settled =
        returned == lease.returned().bytes()
            && served == lease.applied().bytes()
            && acquired - returned == served;
    granted += claims.grant(available());
    // what was asked for was not reckoned from sums that were not known
    return claims.askForFewer(remembered || acquired >= askedNeeded);
  }

  /**
   * Learns the sums of an account that was forgotten here.
   *
   * @return whether there are any
   */
  @GuardedBy("this")
  private boolean remember(Lease lease) {
    if (!(name instanceof CapName)) {
      return false;
    }
    returned = lease.returned().bytes();
    served = lease.applied().bytes();
    used += served;
    return returned > 0 || served > 0;
  }

  /**
   * True where metrics knows all of it, and nobody has to do with it any more: it can be forgotten
   * and learned again.
   *
   * @param now in nanoseconds
   * @param crowded whether it is forgotten as soon as it is not used
   */
  synchronized boolean isForgettable(long now, boolean crowded) {
    return settled
        && isOfOne()
        && claims.isNobodys()
        && free() == 0
        && used == served
        && granted == 0
        && isIdle(now, crowded);
  }

  /** The ask got no answer: it is made again, and nobody waits for it. */
  synchronized void untold() {
    touched = true;
    claims.leaveUnanswered();
  }

  /** No ask could be made: it is made later, and nobody waits for it. */
  synchronized void unasked() {
    claims.askForAll();
    untold();
  }

  /** Lets those who were asked for and not decided wait for the next ask. */
  synchronized void postpone() {
    touched |= claims.postpone();
  }

  /** The tasks to run for the claims that were decided since this was last called. */
  synchronized Iterable<Runnable> decided() {
    return claims.decided();
  }

  /** The kind of what it is of: each is asked for apart. */
  Kind kind() {
    return switch (name) {
      case QuotaName.OfDataSet _ -> Kind.DATA_SETS;
      case QuotaName.OfKey _ -> Kind.KEYS;
      case CapName _ -> Kind.OTHER_CAPS;
    };
  }

  /** A kind of accounts, in the order in which they are asked for. */
  enum Kind {
    DATA_SETS,
    KEYS,
    OTHER_CAPS
  }

  /** True where someone waits for it, or so much lies here that others may wait for that. */
  synchronized boolean isUrgent() {
    return !claims.isNobodys() || hasTooMuch();
  }

  /**
   * True where metrics is to hear of it: someone waits, something happened since it was last asked
   * for, or there is something to give back. What merely lies here needs no ask: its lease is its
   * journal's.
   *
   * @param now in nanoseconds
   * @param crowded whether that of a client or token is given back as soon as it is not used
   */
  synchronized boolean isDue(long now, boolean crowded) {
    return !claims.isNobodys() || touched || surplus(now, crowded) > 0;
  }

  /** True where someone waits, or anything of it lies here, or happened since it was last told. */
  synchronized boolean isInUse() {
    return !claims.isNobodys() || touched || free() > 0;
  }

  /** The bytes that nobody has used of the quota, as far as is known. */
  synchronized long unspent() {
    return unspent;
  }

  /** The bytes that can be set aside while nobody renews. */
  synchronized long leftInOutage() {
    return known
        ? Math.max(0, Math.min(available(), rules.standing() - usedInOutage))
        : Long.MAX_VALUE;
  }

  /** The bytes that were leased and are not used. */
  @GuardedBy("this")
  private long free() {
    return acquired - returned - used;
  }

  /** The bytes of it that are nobody's yet. */
  @GuardedBy("this")
  private long available() {
    return free() - granted;
  }

  static long saturated(long one, long other) {
    return one > Long.MAX_VALUE / 4 - other ? Long.MAX_VALUE / 4 : one + other;
  }
}
