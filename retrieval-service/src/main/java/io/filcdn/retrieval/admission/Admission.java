package io.filcdn.retrieval.admission;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.piece.PieceName;
import io.filcdn.retrieval.admission.PlacementTable.Placement;
import io.filcdn.retrieval.media.PieceLabel;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.usage.Quota;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The admission of requests: whether a payer's piece may be served, and who pays. It asks nobody:
 * all it knows is in the {@link IndexReplica}.
 */
public final class Admission {

  private final IndexReplica replica;
  private final Denylist denylist;
  private final Quota quota;
  private final Network network;
  private final Rules rules;
  private final Clock clock;

  /**
   * The rules that the operator sets.
   *
   * @param settlementMargin how many epochs before its end a rail counts as ended, so that what is
   *     served can still be reported and settled
   * @param maxPieceSize the largest piece that is served, in bytes
   * @param serveUnscreened whether payers are served whom no sanctions screening has looked at yet
   */
  public record Rules(long settlementMargin, long maxPieceSize, boolean serveUnscreened) {}

  public Admission(
      IndexReplica replica,
      Denylist denylist,
      Quota quota,
      Network network,
      Rules rules,
      Clock clock) {
    this.replica = replica;
    this.denylist = denylist;
    this.quota = quota;
    this.network = network;
    this.rules = rules;
    this.clock = clock;
  }

  /** The outcome of the checks. */
  public sealed interface Decision {

    /**
     * A piece that may be served.
     *
     * @param piece its PieceCID v2, also where it was asked for by v1
     * @param dataSet the data set that pays, whichever provider delivers
     * @param payers the data sets that could
     * @param origins the providers of this payer that have the piece and can still be paid for it;
     *     none where the rails that would pay them have ended
     * @param lastModified the second since which the request means these bytes: when the payer's
     *     first data set got the piece. Empty where nothing tells, and where it was asked for by
     *     v1, which can mean another piece by tomorrow
     * @param label what this payer's metadata says that the piece is
     */
    record Admitted(
        PieceCid piece,
        DataSetId dataSet,
        List<DataSetId> payers,
        List<Origin> origins,
        Optional<Instant> lastModified,
        Optional<PieceLabel> label)
        implements Decision {}

    /** A piece that may not be served. */
    record Refused(Refusal refusal) implements Decision {}
  }

  /** Goes through the checks in the order of the public contract: the first that fails answers. */
  public Decision admit(Address payer, PieceName asked) {
    List<Placement> placements = replica.placements(asked, payer);
    if (placements.isEmpty()) {
      return new Decision.Refused(unplaced(payer, asked));
    }
    // a v1 CID can stand for several sizes; the smallest one that the payer has is meant
    PieceCid piece = placements.getFirst().piece();
    List<DataSetRecord> withCdn =
        only(holding(placements, piece), set -> set.withCdn() && !set.deleted());
    if (withCdn.isEmpty()) {
      return new Decision.Refused(Refusal.CDN_OFF);
    }
    List<DataSetRecord> eligible = new ArrayList<>(withCdn.size());
    Optional<Refusal> unpayable = eligible(withCdn, eligible);
    if (unpayable.isPresent()) {
      return new Decision.Refused(unpayable.get());
    }
    List<DataSetRecord> reachable = only(eligible, set -> serviceUrl(set).isPresent());
    if (reachable.isEmpty()) {
      return new Decision.Refused(Refusal.PROVIDER_UNKNOWN);
    }
    List<DataSetId> payers = new ArrayList<>(eligible.size());
    for (DataSetRecord set : eligible) {
      payers.add(set.dataSet());
    }
    Optional<Refusal> unwelcome = unwelcome(payer, piece);
    return unwelcome.isPresent()
        ? new Decision.Refused(unwelcome.get())
        : new Decision.Admitted(
            piece,
            payingDataSet(payers),
            payers,
            origins(reachable),
            asked.equals(piece) ? added(placements) : Optional.empty(),
            label(placements, piece));
  }

  /** The second in which the first of the placements was made. */
  private Optional<Instant> added(List<Placement> placements) {
    Optional<Epoch> first = Optional.empty();
    for (Placement placement : placements) {
      Optional<Epoch> added = placement.added();
      if (first.isEmpty() || added.isPresent() && added.get().isBefore(first.get())) {
        first = added;
      }
    }
    // the chain can be ahead of the edge's clock, and no answer is of the future
    return first
        .map(epoch -> network.timeOf(epoch).truncatedTo(ChronoUnit.SECONDS))
        .filter(time -> !time.isAfter(clock.instant()));
  }

  /** The label of the first of a payer's placements of a piece that has one. */
  private static Optional<PieceLabel> label(List<Placement> placements, PieceCid piece) {
    for (Placement placement : placements) {
      if (placement.label().isPresent() && placement.piece().equals(piece)) {
        return placement.label();
      }
    }
    return Optional.empty();
  }

  /**
   * Those for which FilCDN can be paid for what it serves now.
   *
   * @param eligible takes them
   * @return why none of them can pay; empty where one can
   */
  private Optional<Refusal> eligible(List<DataSetRecord> withCdn, List<DataSetRecord> eligible) {
    // the contracts settle nothing once storage has ended and the data set is deleted
    List<DataSetRecord> living = only(withCdn, set -> lives(set.cdnRail()) && lives(set.pdpRail()));
    if (living.isEmpty()) {
      return Optional.of(Refusal.RAIL_ENDED);
    }
    List<DataSetRecord> reportable = only(living, this::canBeReported);
    if (reportable.isEmpty()) {
      return Optional.of(Refusal.REPORT_BLOCKED);
    }
    eligible.addAll(only(reportable, set -> set.provisionalSince().isEmpty()));
    return eligible.isEmpty() ? Optional.of(Refusal.DATA_SET_PROVISIONAL) : Optional.empty();
  }

  /** The data sets in which a payer has a piece, in the order of its placements. */
  private List<DataSetRecord> holding(List<Placement> placements, PieceCid piece) {
    List<DataSetRecord> holding = new ArrayList<>(placements.size());
    for (Placement placement : placements) {
      if (placement.piece().equals(piece)) {
        replica
            .dataSet(placement.dataSet())
            .filter(set -> !holding.contains(set))
            .ifPresent(holding::add);
      }
    }
    return holding;
  }

  /** Those that pass. Streams here take as long as all the rest of an admission. */
  private static List<DataSetRecord> only(
      List<DataSetRecord> dataSets, Predicate<DataSetRecord> passes) {
    List<DataSetRecord> passing = new ArrayList<>(dataSets.size());
    for (DataSetRecord dataSet : dataSets) {
      if (passes.test(dataSet)) {
        passing.add(dataSet);
      }
    }
    return passing;
  }

  /** The reason that a payer, or a piece whoever pays, is not served. */
  private Optional<Refusal> unwelcome(Address payer, PieceCid piece) {
    if (replica.isSanctioned(payer, rules.serveUnscreened)) {
      return Optional.of(Refusal.PAYER_SANCTIONED);
    }
    if (denylist.holds(piece)) {
      return Optional.of(Refusal.DENIED);
    }
    return piece.rawSize() > rules.maxPieceSize ? Optional.of(Refusal.TOO_LARGE) : Optional.empty();
  }

  /** The same, paid by whom it is best paid by now that more can be known of quotas. */
  public Decision.Admitted paidAnew(Decision.Admitted admitted) {
    return new Decision.Admitted(
        admitted.piece(),
        payingDataSet(admitted.payers()),
        admitted.payers(),
        admitted.origins(),
        admitted.lastModified(),
        admitted.label());
  }

  /**
   * The same, paid by one of some data sets alone, for its bytes and for what a provider supplies.
   *
   * @return nothing where none of them could pay
   */
  public Optional<Decision.Admitted> paidBy(Decision.Admitted admitted, List<DataSetId> allowed) {
    List<DataSetId> payers = admitted.payers().stream().filter(allowed::contains).toList();
    return payers.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Decision.Admitted(
                admitted.piece(),
                payingDataSet(payers),
                payers,
                admitted.origins().stream().filter(o -> allowed.contains(o.dataSet())).toList(),
                admitted.lastModified(),
                admitted.label()));
  }

  private Refusal unplaced(Address payer, PieceName asked) {
    if (replica.hasUnsized(asked, payer)) {
      return Refusal.SIZE_UNKNOWN;
    }
    return replica.isKnown(asked) ? Refusal.NO_DEAL : Refusal.PIECE_UNKNOWN;
  }

  /** True where the index tells that a data set's pieces are not everyone's, or nothing of it. */
  public boolean isGated(DataSetId dataSet) {
    return replica.dataSet(dataSet).map(set -> set.gate().isPresent()).orElse(true);
  }

  /** True where a payer has a piece with its size; else the size is whatever a client asks for. */
  public boolean isSized(PieceCid piece, Address payer) {
    return replica.placements(piece, payer).stream().anyMatch(Placement::sized);
  }

  /**
   * True where a piece may not stay cached: it is denied, or the payers that had it have it no
   * more.
   */
  public boolean isUnwanted(PieceCid piece) {
    return denylist.holds(piece) || !replica.isKnown(piece);
  }

  /**
   * The reason that a piece's tree is nothing that is kept or told here; none where a payer has the
   * piece. Of a piece that is known by its root alone there could be a tree for each size.
   */
  public Optional<Refusal> treeRefusal(PieceCid piece) {
    if (!replica.isSized(piece)) {
      return Optional.of(replica.isKnown(piece) ? Refusal.SIZE_UNKNOWN : Refusal.PIECE_UNKNOWN);
    }
    return denylist.holds(piece) ? Optional.of(Refusal.DENIED) : Optional.empty();
  }

  /** The one with most CDN quota pays, whichever provider delivers. */
  private DataSetId payingDataSet(List<DataSetId> eligible) {
    return eligible.size() == 1
        ? eligible.getFirst()
        : eligible.stream()
            .max(Comparator.comparingLong(set -> quota.remaining(QuotaName.cdn(set))))
            .orElseThrow();
  }

  /** True where what is served now can still be settled along the rail; without one, nothing is. */
  private boolean lives(Optional<DataSetRecord.Rail> rail) {
    Optional<Epoch> end = rail.flatMap(DataSetRecord.Rail::endEpoch);
    return end.isEmpty()
        || network.epochAt(clock.instant()).plus(rules.settlementMargin).isBefore(end.get());
  }

  /**
   * True where the operator contract takes another report by now: it refuses every one that does
   * not end after the last, and one that ends in the future blocks all until then. The chain can be
   * ahead of the edge's clock.
   */
  private boolean canBeReported(DataSetRecord dataSet) {
    return dataSet
        .lastReportedEpoch()
        .map(
            last ->
                !last.isAfter(dataSet.asOf().block().epoch())
                    || !last.isAfter(network.epochAt(clock.instant())))
        .orElse(true);
  }

  private Optional<String> serviceUrl(DataSetRecord dataSet) {
    return replica
        .provider(dataSet.provider())
        .filter(provider -> !provider.removed())
        .flatMap(ProviderRecord::serviceUrl);
  }

  private List<Origin> origins(List<DataSetRecord> dataSets) {
    List<Origin> origins = new ArrayList<>(dataSets.size());
    for (DataSetRecord set : dataSets) {
      if (lives(set.cacheMissRail())) {
        serviceUrl(set)
            .ifPresent(
                url ->
                    origins.add(
                        new Origin(
                            set.provider(), set.dataSet(), url, set.gate().map(_ -> set.payer()))));
      }
    }
    return origins;
  }
}
