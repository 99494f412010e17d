package io.filcdn.retrieval;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.retrieval.admission.Admission.Decision;
import io.filcdn.retrieval.admission.ClientLimits;
import io.filcdn.retrieval.cache.PieceCache;
import io.filcdn.retrieval.delivery.Problem;
import io.filcdn.retrieval.delivery.Refusal;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.usage.Quota;
import io.filcdn.retrieval.usage.UsageFlush;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a response needs before its first byte: a journal that can record it, its bytes within the
 * client's share and within what is paid for, and where it would begin a fill, leave to do so.
 */
final class Reservations {

  /**
   * For how many providers some quota is got with the response's; for others, when they are asked.
   */
  private static final int MOST_ORIGINS = 3;

  private final UsageFlush usage;
  private final ClientLimits limits;
  private final Quota quota;
  private final PieceCache cache;

  Reservations(UsageFlush usage, ClientLimits limits, Quota quota, PieceCache cache) {
    this.usage = usage;
    this.limits = limits;
    this.quota = quota;
    this.cache = cache;
  }

  /**
   * Sees to it that quota is at hand, and goes on: at once where it is, otherwise later on the same
   * event loop. Only the first request for a data set, and one that needs much, waits.
   *
   * @param then is given what is kept for it, and has to release that
   */
  void prepare(
      RetrievalPath.Retrieval retrieval,
      Decision.Admitted admitted,
      long length,
      Consumer<Quota.Hold> then) {
    quota.prepare(
        needs(retrieval, admitted, length),
        hold -> {
          if (retrieval.exchange().request().response().closed()) {
            hold.release();
            retrieval.exchange().abandon();
          } else {
            then.accept(hold);
          }
        });
  }

  /** Loops, not streams: every request passes here. */
  private List<Quota.Need> needs(
      RetrievalPath.Retrieval retrieval, Decision.Admitted admitted, long length) {
    List<Quota.Need> needs = new ArrayList<>(admitted.payers().size());
    if (retrieval.asked().bot().isEmpty()) {
      needs.add(new Quota.Need(Quota.Kind.CDN, admitted.dataSet(), length));
      for (DataSetId other : admitted.payers()) {
        if (!other.equals(admitted.dataSet())) {
          // of the others it only matters how much they have left
          needs.add(new Quota.Need(Quota.Kind.CDN, other, 0));
        }
      }
    }
    if (cache.isCold(admitted.piece())) {
      admitted.origins().stream()
          .map(Origin::dataSet)
          .distinct()
          .limit(MOST_ORIGINS)
          // a fill claims what it needs itself, of whoever it asks
          .map(payer -> new Quota.Need(Quota.Kind.CACHE_MISS, payer, 0))
          .forEach(needs::add);
    }
    return needs;
  }

  /**
   * Reserves a response. What is promised to the client ends with its exchange; what is reserved of
   * the quota, with the response's count.
   *
   * @param hold what was kept for it
   * @return why there is no room for it, where there is none; nothing stays reserved then
   */
  Optional<Problem> reserve(
      RetrievalPath.Retrieval retrieval, Decision.Admitted admitted, Quota.Hold hold, long length) {
    if (!usage.canRecord()) {
      return Optional.of(Problem.of(Refusal.CANNOT_RECORD));
    }
    Optional<Refusal> tooMuch = limits.promise(retrieval.client().network(), length);
    if (tooMuch.isPresent()) {
      return tooMuch.map(Problem::of);
    }
    retrieval.exchange().promise(length);
    // a bot's bytes are billed to nobody
    boolean free = retrieval.asked().bot().isPresent();
    Optional<Problem> unpaid = free ? Optional.empty() : pay(hold, admitted.dataSet(), length);
    if (unpaid.isPresent()) {
      return unpaid;
    }
    Optional<Problem> cold = fill(retrieval.client().network(), admitted, length);
    if (cold.isPresent() && !free) {
      quota.giveBack(Quota.Kind.CDN, admitted.dataSet(), length);
    }
    return cold;
  }

  private Optional<Problem> pay(Quota.Hold hold, DataSetId dataSet, long length) {
    return switch (hold.reserve(Quota.Kind.CDN, dataSet, length)) {
      case RESERVED -> Optional.empty();
      case CONTENDED -> Optional.of(Problem.of(Refusal.QUOTA_RESERVED));
      case UNREACHABLE -> Optional.of(Problem.of(Refusal.LEASE_DESK_UNREACHABLE));
      case EXHAUSTED ->
          Optional.of(
              new Problem(
                  Refusal.CDN_QUOTA_EXHAUSTED,
                  List.of(
                      "data set: " + dataSet.number(),
                      "bytes that remain: " + quota.remaining(dataSet),
                      "bytes asked for: " + length,
                      "top up: topUpCDNPaymentRails of the FWSS contract")));
    };
  }

  private Optional<Problem> fill(String client, Decision.Admitted admitted, long length) {
    if (!cache.isCold(admitted.piece())) {
      return Optional.empty();
    }
    if (admitted.origins().isEmpty()) {
      return Optional.of(Problem.of(Refusal.CACHE_MISS_RAIL_ENDED));
    }
    return limits
        .beginFill(client, admitted.dataSet(), admitted.piece().rawSize() - length)
        .map(Problem::of);
  }
}
