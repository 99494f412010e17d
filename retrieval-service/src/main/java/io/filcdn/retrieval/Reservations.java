package io.filcdn.retrieval;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.retrieval.admission.Admission.Decision;
import io.filcdn.retrieval.admission.ClientLimits;
import io.filcdn.retrieval.cache.PieceCache;
import io.filcdn.retrieval.delivery.Problem;
import io.filcdn.retrieval.delivery.Refusal;
import io.filcdn.retrieval.usage.Quota;
import io.filcdn.retrieval.usage.UsageFlush;
import java.util.List;
import java.util.Optional;

/**
 * What a response needs before its first byte: a journal that can record it, its bytes within the
 * client's share and within what is paid for, and where it would begin a fill, leave to do so.
 */
final class Reservations {

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
   * Reserves a response. What is promised to the client ends with its exchange; what is reserved of
   * the quota, with the response's count.
   *
   * @return why there is no room for it, where there is none; nothing stays reserved then
   */
  Optional<Problem> reserve(
      RetrievalPath.Retrieval retrieval, Decision.Admitted admitted, long length) {
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
    Optional<Problem> unpaid = free ? Optional.empty() : pay(admitted.dataSet(), length);
    if (unpaid.isPresent()) {
      return unpaid;
    }
    Optional<Problem> cold = fill(retrieval.client().network(), admitted, length);
    if (cold.isPresent() && !free) {
      quota.giveBack(Quota.Kind.CDN, admitted.dataSet(), length);
    }
    return cold;
  }

  private Optional<Problem> pay(DataSetId dataSet, long length) {
    return switch (quota.reserve(Quota.Kind.CDN, dataSet, length)) {
      case RESERVED -> Optional.empty();
      case CONTENDED -> Optional.of(Problem.of(Refusal.QUOTA_RESERVED));
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
