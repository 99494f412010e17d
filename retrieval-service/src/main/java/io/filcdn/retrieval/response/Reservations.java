package io.filcdn.retrieval.response;

import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.access.Grant;
import io.filcdn.retrieval.address.Prefix;
import io.filcdn.retrieval.admission.Admission;
import io.filcdn.retrieval.admission.Admission.Decision;
import io.filcdn.retrieval.admission.FillLimits;
import io.filcdn.retrieval.bytes.ByteRanges;
import io.filcdn.retrieval.cache.PieceCache;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.request.Client;
import io.filcdn.retrieval.usage.FillCharge;
import io.filcdn.retrieval.usage.MissWatch;
import io.filcdn.retrieval.usage.Quota;
import io.filcdn.retrieval.usage.UsageFlush;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The reservations of a response before its first byte: a journal that can record it, its bytes
 * within the client's share and within what is paid for, and where it would begin a fill, leave to
 * do so.
 */
public final class Reservations {

  /**
   * For how many providers some quota is got with the response's; for others, when they are asked.
   */
  private static final int MOST_ORIGINS = 3;

  private final Admission admission;
  private final UsageFlush usage;
  private final FillLimits fills;
  private final MissWatch misses;
  private final Quota quota;
  private final Payment payment;
  private final PieceCache cache;

  public Reservations(
      Admission admission,
      UsageFlush usage,
      FillLimits fills,
      MissWatch misses,
      Quota quota,
      PieceCache cache,
      Clock clock) {
    this.admission = admission;
    this.usage = usage;
    this.fills = fills;
    this.misses = misses;
    this.quota = quota;
    this.payment = new Payment(quota, clock);
    this.cache = cache;
  }

  /** The rest of a request, for which quota is at hand. */
  public interface Next {

    /**
     * Goes on.
     *
     * @param paid by the data set that has most left, of those whose caps leave enough
     * @param hold what is kept for it, and has to be released
     */
    void with(Decision.Admitted paid, Quota.Hold hold);
  }

  /**
   * Gets quota, and goes on: at once where it is at hand, otherwise later on the same event loop.
   * Only the first request for a data set, one that needs much, and one that a cap would refuse
   * waits.
   */
  public void prepare(
      Retrieval retrieval, Decision.Admitted admitted, ResponseBody body, Next next) {
    await(
        retrieval,
        admitted,
        body,
        hold -> {
          Decision.Admitted paid = admission.paidAnew(admitted);
          if (paid.dataSet().equals(admitted.dataSet())) {
            goOn(retrieval, admitted, body, hold, next);
          } else {
            // only now it is known that another has more left
            hold.release();
            await(retrieval, paid, body, other -> goOn(retrieval, paid, body, other, next));
          }
        });
  }

  /** Goes on, without the data set that would pay where its caps leave too little. */
  private void goOn(
      Retrieval retrieval,
      Decision.Admitted admitted,
      ResponseBody body,
      Quota.Hold hold,
      Next next) {
    Optional<Decision.Admitted> others = others(retrieval, admitted, body.length());
    if (others.isEmpty()) {
      next.with(admitted, hold);
    } else {
      hold.release();
      prepare(retrieval, others.get(), body, next);
    }
  }

  /** The same, paid by others, where caps of the data set that would pay leave too little. */
  private Optional<Decision.Admitted> others(
      Retrieval retrieval, Decision.Admitted admitted, long length) {
    DataSetId capped = admitted.dataSet();
    if (admitted.payers().size() == 1
        || retrieval.request().bot().isPresent()
        || payment.isWithinCaps(capped, retrieval.grant(), length)) {
      return Optional.empty();
    }
    List<DataSetId> others = admitted.payers().stream().filter(set -> !set.equals(capped)).toList();
    // where none of them can pay, the cap is what the client is told of
    return others.stream().anyMatch(set -> quota.remaining(QuotaName.cdn(set)) >= length)
        ? admission.paidBy(admitted, others)
        : Optional.empty();
  }

  private void await(
      Retrieval retrieval,
      Decision.Admitted admitted,
      ResponseBody body,
      Consumer<Quota.Hold> then) {
    quota.prepare(
        needs(retrieval, admitted, body),
        hold -> {
          if (retrieval.exchange().request().response().closed()) {
            hold.release();
            retrieval.exchange().abandon();
          } else {
            // on the event loop, with nobody behind it who would answer where this fails
            retrieval.exchange().orAbandon(() -> releasing(hold, then));
          }
        });
  }

  /** Goes on with what is kept, of which nothing stays kept where that fails. */
  private static void releasing(Quota.Hold hold, Consumer<Quota.Hold> then) {
    try {
      then.accept(hold);
    } catch (RuntimeException e) {
      hold.release();
      throw e;
    }
  }

  /** Loops, not streams: every request passes here. */
  private List<Quota.Need> needs(
      Retrieval retrieval, Decision.Admitted admitted, ResponseBody body) {
    List<Quota.Need> needs = new ArrayList<>(admitted.payers().size());
    if (retrieval.request().bot().isEmpty()) {
      payment.prepare(admitted.dataSet(), retrieval.grant(), body.length(), needs);
      for (DataSetId other : admitted.payers()) {
        if (!other.equals(admitted.dataSet())) {
          // of the others it only matters how much they have left
          needs.add(new Quota.Need(QuotaName.cdn(other), 0));
        }
      }
    }
    if (cache.isCold(admitted.piece(), admitted.origins(), body.ranges())) {
      admitted.origins().stream()
          .map(Origin::dataSet)
          .distinct()
          .limit(MOST_ORIGINS)
          // a fill claims what it needs itself, of whoever it asks
          .map(payer -> new Quota.Need(QuotaName.cacheMiss(payer), 0))
          .forEach(needs::add);
    }
    return needs;
  }

  /** The outcome of a reservation. */
  public sealed interface Outcome {

    /** A hit needs nothing but its bytes. */
    Outcome HIT = new Reserved(Optional.empty());

    /**
     * A reservation that was made: there is room for the response.
     *
     * @param charge to be told what it makes the edge fetch; empty where nothing was to be fetched
     */
    record Reserved(Optional<FillCharge> charge) implements Outcome {}

    /** A refusal: there is no room, and nothing stays reserved. */
    record Refused(Problem problem) implements Outcome {
      Refused(Refusal refusal) {
        this(Problem.of(refusal));
      }
    }
  }

  /**
   * Reserves the first slice of a response; its count reserves the others. What is promised to the
   * client ends with its exchange; what is reserved of the quota, with the response's count.
   *
   * @param hold what was kept for it
   */
  public Outcome reserve(
      Retrieval retrieval, Decision.Admitted admitted, Quota.Hold hold, ResponseBody body) {
    long length = body.length();
    if (!usage.canRecord()) {
      return new Outcome.Refused(Refusal.CANNOT_RECORD);
    }
    Optional<Refusal> tooMuch = retrieval.place().promise(length);
    if (tooMuch.isPresent()) {
      return new Outcome.Refused(tooMuch.get());
    }
    // a bot's bytes are billed to nobody
    boolean free = retrieval.request().bot().isPresent();
    Optional<Problem> unpaid =
        free ? Optional.empty() : pay(retrieval, hold, admitted.dataSet(), length);
    if (unpaid.isPresent()) {
      return new Outcome.Refused(unpaid.get());
    }
    boolean reserved = false;
    try {
      Outcome outcome = fill(retrieval, admitted, body.ranges());
      reserved = outcome instanceof Outcome.Reserved;
      return outcome;
    } finally {
      if (!reserved && !free) {
        payment.giveBack(admitted.dataSet(), retrieval.grant(), length);
      }
    }
  }

  /** Gives back what was reserved for a response that is not sent. */
  public void giveBack(
      Retrieval retrieval, Decision.Admitted paid, ResponseBody body, Optional<FillCharge> charge) {
    charge.ifPresent(each -> each.accepted(0));
    if (retrieval.request().bot().isEmpty()) {
      payment.giveBack(paid.dataSet(), retrieval.grant(), body.length());
    }
  }

  /**
   * The reason that a response would be refused before anything is fetched for it. Nothing stays
   * reserved.
   *
   * @param hold what was kept for it
   */
  public Optional<Problem> refusal(
      Retrieval retrieval, Decision.Admitted admitted, Quota.Hold hold, ResponseBody body) {
    if (!usage.canRecord()) {
      return Optional.of(Problem.of(Refusal.CANNOT_RECORD));
    }
    if (retrieval.request().bot().isPresent()) {
      return Optional.empty();
    }
    Grant grant = retrieval.grant();
    Optional<Problem> unpaid = payment.reserve(hold, admitted.dataSet(), grant, body.length());
    if (unpaid.isEmpty()) {
      payment.giveBack(admitted.dataSet(), grant, body.length());
    }
    return unpaid;
  }

  private Optional<Problem> pay(
      Retrieval retrieval, Quota.Hold hold, DataSetId dataSet, long length) {
    Optional<Problem> tooMuch =
        retrieval.place().hold(dataSet, length, quota.remaining(QuotaName.cdn(dataSet)));
    return tooMuch.isPresent()
        ? tooMuch
        : payment.reserve(hold, dataSet, retrieval.grant(), length);
  }

  private Outcome fill(Retrieval retrieval, Decision.Admitted admitted, ByteRanges ranges) {
    PieceCid piece = admitted.piece();
    if (!cache.isCold(piece, admitted.origins(), ranges)) {
      return Outcome.HIT;
    }
    if (admitted.origins().isEmpty()) {
      return new Outcome.Refused(Refusal.CACHE_MISS_RAIL_ENDED);
    }
    long toFetch = cache.toFetch(piece, ranges);
    FillLimits.Fetch fetch =
        new FillLimits.Fetch(
            retrieval.client().networks(),
            admitted.dataSet(),
            toFetch,
            ranges.length(),
            missQuota(admitted, toFetch),
            admission.isSized(piece, retrieval.request().payer()));
    return switch (fills.begin(fetch, watch(retrieval, admitted.dataSet()))) {
      case FillLimits.Leave.Given(FillCharge charge) -> new Outcome.Reserved(Optional.of(charge));
      case FillLimits.Leave.Refused(Refusal refusal) -> new Outcome.Refused(refusal);
    };
  }

  /** Watches what is fetched, unless for a bot: nobody pays for its fills. */
  private Consumer<List<FillCharge.Supplied>> watch(Retrieval retrieval, DataSetId dataSet) {
    if (retrieval.request().bot().isPresent()) {
      return supplied -> {};
    }
    List<Prefix> networks = retrieval.client().networks();
    misses.begins(networks, dataSet);
    return supplied -> misses.fetched(networks, dataSet, supplied);
  }

  /** A client took bytes of a data set: what is fetched for it is watched against them. */
  public void took(Client client, DataSetId dataSet, long bytes) {
    misses.took(client.networks(), dataSet, bytes);
  }

  /** The smallest quota that can pay for what is to be fetched. */
  private long missQuota(Decision.Admitted admitted, long toFetch) {
    return admitted.origins().stream()
        .mapToLong(origin -> quota.remaining(QuotaName.cacheMiss(origin.dataSet())))
        .filter(left -> left >= toFetch)
        .min()
        .orElse(Long.MAX_VALUE);
  }
}
