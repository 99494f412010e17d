package io.filcdn.retrieval.usage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.common.lease.LeaseAnswer.Lease;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord;
import java.time.Duration;

/**
 * What this process may spend of one quota. All numbers are sums since the process began: what it
 * was given, what it gave back, what it used. Used are bytes from the moment they are reserved;
 * those that are not billed in the end are taken off again.
 */
final class LeaseAccount {

  /** How long what was prepared waits for its reservation, which may never come. */
  static final Duration HOLD = Duration.ofSeconds(10);

  private final DataSetId dataSet;
  private final QuotaRecord.Kind kind;

  @GuardedBy("this")
  private long acquired;

  @GuardedBy("this")
  private long returned;

  @GuardedBy("this")
  private long used;

  @GuardedBy("this")
  private long usedInOutage;

  /** What nobody has used of the quota, as last told; nothing is known before the first answer. */
  @GuardedBy("this")
  private long unspent = Long.MAX_VALUE;

  /** The largest, the smallest and the sum of what is waited for; 0 where nothing is. */
  @GuardedBy("this")
  private long largestWanted;

  @GuardedBy("this")
  private long smallestWanted;

  @GuardedBy("this")
  private long wanted;

  /** What was prepared and not reserved yet: the sum, and since when there is any. */
  @GuardedBy("this")
  private long expected;

  @GuardedBy("this")
  private long expectedSince;

  /** The sum without which the last ask gets nothing, and the smallest that was waited for then. */
  @GuardedBy("this")
  private long askedNeeded;

  @GuardedBy("this")
  private long askedSmallest;

  @GuardedBy("this")
  private long lastUsed;

  @GuardedBy("this")
  private boolean everUsed;

  @GuardedBy("this")
  private boolean known;

  @GuardedBy("this")
  private boolean touched;

  LeaseAccount(DataSetId dataSet, QuotaRecord.Kind kind) {
    this.dataSet = dataSet;
    this.kind = kind;
  }

  /**
   * Sets bytes aside, if they are here.
   *
   * @param now in nanoseconds
   */
  synchronized Quota.Outcome reserve(long bytes, long now) {
    lastUsed = now;
    everUsed = true;
    touched = true;
    usedInOutage = 0;
    expected -= Math.min(expected, bytes);
    if (bytes <= free()) {
      used += bytes;
      return Quota.Outcome.RESERVED;
    }
    if (bytes > unspent) {
      return Quota.Outcome.EXHAUSTED;
    }
    // whoever comes again finds more
    want(bytes);
    return Quota.Outcome.CONTENDED;
  }

  /** Sets bytes aside while nobody renews: at most {@code allowance} in all. */
  synchronized Quota.Outcome reserveInOutage(long bytes, long allowance) {
    touched = true;
    expected -= Math.min(expected, bytes);
    if (bytes <= free() && bytes <= allowance - usedInOutage) {
      used += bytes;
      usedInOutage += bytes;
      return Quota.Outcome.RESERVED;
    }
    if (bytes > free()) {
      want(bytes);
    }
    return Quota.Outcome.CONTENDED;
  }

  /** Takes back what was reserved and is not billed. */
  synchronized void giveBack(long bytes) {
    used -= bytes;
    touched = true;
  }

  /**
   * Whether so many bytes can be reserved now; where not, they are asked for next. None at all can
   * be once anything is known of the quota. Until they are reserved, or for {@link #HOLD}, they are
   * not given back: whoever asks this may still wait, for the answer or for another quota's.
   *
   * @param now in nanoseconds
   */
  synchronized boolean covers(long bytes, long now) {
    if (bytes > 0) {
      lastUsed = now;
      everUsed = true;
      expectedSince = expected == 0 ? now : expectedSince;
      expected = saturated(expected, bytes);
    }
    if (bytes <= free() && (bytes > 0 || known)) {
      return true;
    }
    want(bytes);
    return false;
  }

  @GuardedBy("this")
  private void want(long bytes) {
    largestWanted = Math.max(largestWanted, bytes);
    smallestWanted = wanted == 0 ? bytes : Math.min(smallestWanted, bytes);
    wanted = saturated(wanted, bytes);
    touched = true;
  }

  /** Whether so much lies here that some is to be returned. */
  synchronized boolean hasTooMuch(long keep) {
    return free() > saturated(keep, keep);
  }

  /**
   * What to ask for next: what is waited for, and so much in advance; what is far too much is given
   * back. An account that nobody uses gives all back but its standing lease.
   *
   * @param rules what to have at hand while it is used, and afterwards
   * @param now in nanoseconds
   */
  synchronized Ask ask(LeaseRules rules, long now) {
    boolean idle = wanted == 0 && isUnusedFor(rules.idle(), now);
    boolean forgotten = idle && isUnusedFor(rules.forget(), now);
    long keep =
        idle ? (forgotten ? 0 : rules.standing()) : Math.max(rules.advance(), rules.standing());
    if (now - expectedSince > HOLD.toNanos()) {
      expected = 0;
    }
    long stays = saturated(keep, expected);
    long mayStay = idle ? stays : saturated(stays, keep);
    if (wanted == 0 && free() > mayStay) {
      returned += free() - stays;
    }
    return asked(keep);
  }

  /** Gives back all that nobody uses, and asks for nothing. */
  synchronized Ask returnAll() {
    returned += Math.max(0, free());
    largestWanted = 0;
    wanted = 0;
    return asked(0);
  }

  @GuardedBy("this")
  private boolean isUnusedFor(Duration time, long now) {
    return !everUsed || now - lastUsed > time.toNanos();
  }

  @GuardedBy("this")
  private Ask asked(long keep) {
    long needed = acquired + Math.max(0, largestWanted - free());
    long liked = acquired + Math.max(0, saturated(wanted, keep) - free());
    touched = false;
    askedNeeded = needed;
    askedSmallest = smallestWanted < largestWanted ? smallestWanted : 0;
    largestWanted = 0;
    smallestWanted = 0;
    wanted = 0;
    return new Ask(
        dataSet,
        kind,
        ByteCount.of(Math.max(needed, liked)),
        ByteCount.of(needed),
        ByteCount.of(returned));
  }

  /**
   * Learns what came of an ask.
   *
   * @return whether to ask again at once: there was not enough for the largest that was waited for,
   *     and something smaller was
   */
  synchronized boolean told(Lease lease) {
    known = true;
    acquired = lease.acquired().bytes();
    unspent = lease.unspent().map(ByteCount::bytes).orElse(Long.MAX_VALUE);
    boolean again = acquired < askedNeeded && askedSmallest > 0;
    if (again) {
      want(askedSmallest);
    }
    return again;
  }

  /** The ask got no answer: it is made again. */
  synchronized void untold() {
    touched = true;
  }

  /** Whether anything of it lies here, or happened since it was last asked for. */
  synchronized boolean isInUse() {
    return touched || free() > 0;
  }

  /** What nobody has used of the quota, as far as is known. */
  synchronized long unspent() {
    return unspent;
  }

  @GuardedBy("this")
  private long free() {
    return acquired - returned - used;
  }

  private static long saturated(long one, long other) {
    return one > Long.MAX_VALUE / 4 - other ? Long.MAX_VALUE / 4 : one + other;
  }
}
