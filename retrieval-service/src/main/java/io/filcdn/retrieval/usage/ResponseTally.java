package io.filcdn.retrieval.usage;

import io.filcdn.common.lease.QuotaName;
import io.filcdn.retrieval.usage.UnverifiedBudget.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The count of one response. Its bytes are billable at once where they come from the cache; where
 * they come from a fill, once that verifies. They are reserved before they are sent, a slice at a
 * time; what is left of the last slices is given back at its end.
 */
public final class ResponseTally {

  private final EgressKey key;
  private final List<QuotaName> quotas;
  private final long length;
  private final EgressCounts counts;
  private final Traffic.Response traffic;
  private final Quota quota;
  private final Optional<FillCharge> charge;
  private Optional<UnverifiedEgress> fill;
  private long reserved;
  private long accepted;
  private boolean reserving;
  private boolean ended;

  /** The bytes that may be sent before the verdict, and those of them that were accepted. */
  private @Nullable Share share;

  private long allowedTo;
  private long allowed;
  private long allowedOfShare;
  private long acceptedOfFill;
  private boolean mustWait;

  ResponseTally(
      EgressKey key,
      long length,
      EgressCounts counts,
      Traffic.Response traffic,
      Quota quota,
      Optional<UnverifiedEgress> fill,
      Optional<FillCharge> charge) {
    this.key = key;
    this.quotas = key.quotas();
    this.length = length;
    // a bot's bytes are billed to nobody, and nothing is reserved for them
    this.reserved = key.bot().isPresent() ? 0 : Math.min(length, Quota.SLICE);
    this.counts = counts;
    this.traffic = traffic;
    this.quota = quota;
    this.fill = fill;
    this.charge = charge;
  }

  /** The key that the bytes are counted under. */
  public EgressKey key() {
    return key;
  }

  /** The number of bytes that were accepted so far. */
  public long acceptedBytes() {
    return accepted;
  }

  /** From now on the bytes come from another fill. */
  public void from(Optional<UnverifiedEgress> other) {
    giveBackUnverified();
    fill = other;
    allowedTo = 0;
    mustWait = false;
  }

  /**
   * The position up to which the response may go before its fill's verdict. A bot may as it likes:
   * its bytes are billed to nobody.
   *
   * @param position of the next byte
   * @param end of what it would send before the verdict
   * @param inPiece the place in the piece of the next byte
   */
  public long unverifiedTo(long position, long end, long inPiece) {
    if (fill.isEmpty() || key.bot().isPresent()) {
      return end;
    }
    if (position >= allowedTo && !mustWait) {
      Optional<UnverifiedEgress.Slice> more = fill.get().slice(key, inPiece, end - position);
      mustWait = more.isEmpty();
      more.ifPresent(
          slice -> {
            allowedOfShare =
                slice.share().equals(share) ? allowedOfShare + slice.bytes() : slice.bytes();
            share = slice.share();
            allowed += slice.bytes();
            allowedTo = position + slice.bytes();
          });
    }
    return allowedTo;
  }

  /** True where no more may be sent before the verdict, as too much was given away. */
  public boolean mustWait() {
    return mustWait;
  }

  /**
   * The number of bytes of the response that are paid for, and may be written: more are reserved
   * well before they are needed.
   *
   * @param written how many were written so far
   * @param came called when more are paid for
   */
  public long paid(long written, Runnable came) {
    if (key.bot().isPresent()) {
      return length;
    }
    if (!reserving && reserved < length && reserved - written <= Quota.SLICE / 2) {
      reserveMore(came);
    }
    return reserved;
  }

  private void reserveMore(Runnable came) {
    long more = Math.min(Quota.SLICE, length - reserved);
    reserving = true;
    List<Quota.Need> needs = new ArrayList<>(quotas.size());
    for (QuotaName name : quotas) {
      needs.add(new Quota.Need(name, more));
    }
    quota.prepare(
        needs,
        hold -> {
          reserving = false;
          try {
            if (!ended && quota.reserveAll(hold, quotas, more)) {
              reserved += more;
              came.run();
            }
          } finally {
            hold.release();
          }
        });
  }

  /** The client's socket accepted that many more body bytes; nothing counts after the end. */
  public void accepted(long bytes) {
    if (ended) {
      // what was reserved for them is given back
      return;
    }
    accepted += bytes;
    acceptedOfFill += bytes;
    traffic.took(bytes);
    add(bytes, 0);
  }

  /** The response is over, whole or not; later calls count nothing. */
  public void ended() {
    if (!ended) {
      ended = true;
      add(0, 1);
      giveBackUnverified();
      charge.ifPresent(each -> each.accepted(accepted));
      if (reserved > accepted) {
        quota.giveBack(quotas, reserved - accepted);
      }
    }
  }

  private void giveBackUnverified() {
    if (share != null && allowed > acceptedOfFill) {
      // what an earlier provider's bytes were held for stays so: at most what one write takes
      fill.orElseThrow().unused(share, Math.min(allowed - acceptedOfFill, allowedOfShare));
    }
    share = null;
    allowed = 0;
    acceptedOfFill = 0;
  }

  private void add(long bytes, long requests) {
    if (fill.isPresent()) {
      fill.get().add(key, bytes, requests);
    } else {
      counts.egress(key, bytes, requests);
    }
  }
}
