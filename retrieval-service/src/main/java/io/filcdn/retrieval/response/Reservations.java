package io.filcdn.retrieval.response;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.address.Prefix;
import io.filcdn.retrieval.admission.Admission;
import io.filcdn.retrieval.admission.Admission.Decision;
import io.filcdn.retrieval.admission.ClientLimits;
import io.filcdn.retrieval.admission.FillLimits;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.cache.PieceCache;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.origin.ProviderTrees;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.request.Client;
import io.filcdn.retrieval.usage.FillCharge;
import io.filcdn.retrieval.usage.MissWatch;
import io.filcdn.retrieval.usage.Quota;
import io.filcdn.retrieval.usage.UsageFlush;
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
  private final PieceCache cache;
  private final ProviderTrees trees;

  public Reservations(
      Admission admission,
      UsageFlush usage,
      FillLimits fills,
      MissWatch misses,
      Quota quota,
      PieceCache cache,
      ProviderTrees trees) {
    this.admission = admission;
    this.usage = usage;
    this.fills = fills;
    this.misses = misses;
    this.quota = quota;
    this.cache = cache;
    this.trees = trees;
  }

  /** The rest of a request, for which quota is at hand. */
  public interface Next {

    /**
     * Goes on.
     *
     * @param paid by the data set that has most left
     * @param hold what is kept for it, and has to be released
     */
    void with(Decision.Admitted paid, Quota.Hold hold);
  }

  /**
   * Gets quota, and goes on: at once where it is at hand, otherwise later on the same event loop.
   * Only the first request for a data set, and one that needs much, waits; and one that would have
   * the piece fetched whole, where a provider may offer its tree.
   */
  public void prepare(Retrieval retrieval, Decision.Admitted admitted, ByteRange range, Next next) {
    if (trees.areAskedFor() && cache.isCold(admitted.piece(), range)) {
      trees.prepare(
          admitted.piece(), admitted.origins(), () -> lease(retrieval, admitted, range, next));
    } else {
      lease(retrieval, admitted, range, next);
    }
  }

  private void lease(Retrieval retrieval, Decision.Admitted admitted, ByteRange range, Next next) {
    await(
        retrieval,
        admitted,
        range,
        hold -> {
          Decision.Admitted paid = admission.paidAnew(admitted);
          if (paid.dataSet().equals(admitted.dataSet())) {
            next.with(admitted, hold);
          } else {
            // only now it is known that another has more left
            hold.release();
            await(retrieval, paid, range, other -> next.with(paid, other));
          }
        });
  }

  private void await(
      Retrieval retrieval, Decision.Admitted admitted, ByteRange range, Consumer<Quota.Hold> then) {
    quota.prepare(
        needs(retrieval, admitted, range),
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
  private List<Quota.Need> needs(Retrieval retrieval, Decision.Admitted admitted, ByteRange range) {
    List<Quota.Need> needs = new ArrayList<>(admitted.payers().size());
    if (retrieval.request().bot().isEmpty()) {
      needs.add(
          new Quota.Need(Quota.Kind.CDN, admitted.dataSet(), first(admitted, range.length())));
      for (DataSetId other : admitted.payers()) {
        if (!other.equals(admitted.dataSet())) {
          // of the others it only matters how much they have left
          needs.add(new Quota.Need(Quota.Kind.CDN, other, 0));
        }
      }
    }
    if (cache.isCold(admitted.piece(), range)) {
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

  /** The first slice; all of a response for which too little is left, as far as is known here. */
  private long first(Decision.Admitted admitted, long length) {
    return length <= quota.remaining(Quota.Kind.CDN, admitted.dataSet()) ? slice(length) : length;
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
      Retrieval retrieval, Decision.Admitted admitted, Quota.Hold hold, ByteRange range) {
    long length = range.length();
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
        free ? Optional.empty() : pay(retrieval.place(), hold, admitted.dataSet(), length);
    if (unpaid.isPresent()) {
      return new Outcome.Refused(unpaid.get());
    }
    Outcome outcome = fill(retrieval, admitted, range);
    if (outcome instanceof Outcome.Refused && !free) {
      quota.giveBack(Quota.Kind.CDN, admitted.dataSet(), slice(length));
    }
    return outcome;
  }

  private static long slice(long length) {
    return Math.min(length, Quota.SLICE);
  }

  private Optional<Problem> pay(
      ClientLimits.Place place, Quota.Hold hold, DataSetId dataSet, long length) {
    Optional<Problem> tooMuch =
        place.hold(dataSet, length, quota.remaining(Quota.Kind.CDN, dataSet));
    return tooMuch.isPresent() ? tooMuch : pay(hold, dataSet, length);
  }

  private Optional<Problem> pay(Quota.Hold hold, DataSetId dataSet, long length) {
    return switch (reserveFirst(hold, dataSet, length)) {
      case RESERVED -> Optional.empty();
      case CONTENDED -> Optional.of(Problem.of(Refusal.QUOTA_RESERVED));
      case UNREACHABLE -> Optional.of(Problem.of(Refusal.LEASE_DESK_UNREACHABLE));
      case EXHAUSTED ->
          Optional.of(
              new Problem(
                  Refusal.CDN_QUOTA_EXHAUSTED,
                  List.of(
                      "data set: " + dataSet.number(),
                      "bytes that remain: " + quota.remaining(Quota.Kind.CDN, dataSet),
                      "bytes asked for: " + length,
                      "top up: topUpCDNPaymentRails of the FWSS contract")));
    };
  }

  /** Reserves the first slice, if as much as the whole response is left now. */
  private Quota.Outcome reserveFirst(Quota.Hold hold, DataSetId dataSet, long length) {
    long slice = slice(length);
    if (length == slice || length <= quota.remaining(Quota.Kind.CDN, dataSet)) {
      return hold.reserve(Quota.Kind.CDN, dataSet, slice);
    }
    Quota.Outcome whole = hold.reserve(Quota.Kind.CDN, dataSet, length);
    if (whole == Quota.Outcome.RESERVED) {
      // it has just become enough
      quota.giveBack(Quota.Kind.CDN, dataSet, length - slice);
    }
    return whole;
  }

  private Outcome fill(Retrieval retrieval, Decision.Admitted admitted, ByteRange range) {
    PieceCid piece = admitted.piece();
    if (!cache.isCold(piece, range)) {
      return Outcome.HIT;
    }
    if (admitted.origins().isEmpty()) {
      return new Outcome.Refused(Refusal.CACHE_MISS_RAIL_ENDED);
    }
    long toFetch = cache.toFetch(piece, range);
    FillLimits.Fetch fetch =
        new FillLimits.Fetch(
            retrieval.client().networks(),
            admitted.dataSet(),
            toFetch,
            range.length(),
            missQuota(admitted, toFetch));
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
        .mapToLong(origin -> quota.remaining(Quota.Kind.CACHE_MISS, origin.dataSet()))
        .filter(left -> left >= toFetch)
        .min()
        .orElse(Long.MAX_VALUE);
  }
}
