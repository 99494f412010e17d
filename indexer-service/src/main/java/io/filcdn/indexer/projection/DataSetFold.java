package io.filcdn.indexer.projection;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Gate;
import io.filcdn.common.index.DataSetRecord.Rail;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.index.DataSetRecord.Settled;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.chain.LoggedEvent;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The fold of the events of a data set. The rules are the contracts': what ends the CDN, when a
 * rail ends, whose reports count.
 */
public final class DataSetFold {

  private static final String WITH_CDN = "withCDN";
  private static final String GATED = "withRetrievalACL";

  /** The most that is told of reported bytes, so that no sum with them overflows: 4 EiB. */
  private static final long BYTES_AT_MOST = 1L << 62;

  private final Network network;

  public DataSetFold(Network network) {
    this.network = network;
  }

  /**
   * Begins the fold of the events of one data set.
   *
   * @param isFinal tells which blocks cannot change any more
   */
  State begin(Predicate<BlockNumber> isFinal) {
    return new State(isFinal);
  }

  /**
   * The part of the network file that a fold depends on, as one text: where it changes, all data
   * sets have to be folded anew.
   */
  String rules() {
    return "operator %s, operators %s, reports count from %s, served at depth %d, gates known"
        .formatted(
            network.contracts().filBeamOperator(),
            network.operators().stream().map(DataSetFold::inOffice).sorted().toList(),
            network.countReportsFrom(),
            servingDepth());
  }

  /** The depth that a creation has to have. */
  long servingDepth() {
    return network.finality().servingDepth();
  }

  private static String inOffice(Network.Operator operator) {
    return "%s %s-%s"
        .formatted(
            operator.address(),
            operator.fromBlock(),
            operator.toBlock().map(BlockNumber::toString).orElse(""));
  }

  /** A fold under way. */
  final class State implements Consumer<LoggedEvent> {

    private final Predicate<BlockNumber> isFinal;
    private ChainEvent.@Nullable DataSetCreated created;
    private BlockNumber createdIn = new BlockNumber(0);
    private @Nullable ProviderId provider;
    private boolean cdnEnded;
    private boolean deleted;
    private final Map<RailId, Epoch> railEnds = new HashMap<>();
    private TopUps topUps = TopUps.NONE;
    private Reported reported = Reported.NONE;
    private Settled settled = Settled.NONE;
    private Optional<Epoch> lastReportedEpoch = Optional.empty();

    private State(Predicate<BlockNumber> isFinal) {
      this.isFinal = isFinal;
    }

    /** Takes the next event in the chain's order; the first top-up stands before the creation. */
    @Override
    public void accept(LoggedEvent logged) {
      BlockNumber block = logged.position().block();
      switch (logged.event()) {
        case ChainEvent.DataSetCreated e -> {
          created = e;
          createdIn = block;
          provider = e.provider();
        }
        case ChainEvent.CDNServiceTerminated _ -> cdnEnded = true;
        case ChainEvent.DataSetDeleted _, ChainEvent.DataSetAbandoned _ -> deleted = true;
        case ChainEvent.RailTerminated e -> railEnds.put(e.rail(), e.endEpoch());
        case ChainEvent.PDPPaymentTerminated e -> railEnds.put(e.pdpRail(), e.endEpoch());
        case ChainEvent.RailFinalized e ->
            railEnds.merge(e.rail(), block.epoch(), (a, b) -> a.isBefore(b) ? a : b);
        case ChainEvent.CDNPaymentRailsToppedUp e ->
            topUp(block, e.cdnAmountAdded(), e.cacheMissAmountAdded());
        case ChainEvent.UsageReported e -> report(block, e);
        case ChainEvent.CDNSettlement e -> settle(e.cdnAmount(), TokenAmount.ZERO);
        case ChainEvent.CacheMissSettlement e -> settle(TokenAmount.ZERO, e.cacheMissAmount());
        // by itself it ends only storage: since FWSS 1.3.0 the CDN lives on
        case ChainEvent.ServiceTerminated _ -> {}
        case ChainEvent.StorageProviderChanged e -> provider = e.provider();
        case ChainEvent.PieceAdded _, ChainEvent.PiecesAdded _, ChainEvent.PiecesRemoved _ -> {}
        case ChainEvent.ProductAdded _,
            ChainEvent.ProductUpdated _,
            ChainEvent.ProductRemoved _,
            ChainEvent.ProviderApproved _,
            ChainEvent.ProviderRemoved _ -> {}
      }
    }

    private void topUp(BlockNumber block, TokenAmount cdn, TokenAmount cacheMiss) {
      topUps =
          isFinal.test(block)
              ? new TopUps(
                  topUps.cdnFinal().plus(cdn),
                  topUps.cdnUnfinal(),
                  topUps.cacheMissFinal().plus(cacheMiss),
                  topUps.cacheMissUnfinal())
              : new TopUps(
                  topUps.cdnFinal(),
                  topUps.cdnUnfinal().plus(cdn),
                  topUps.cacheMissFinal(),
                  topUps.cacheMissUnfinal().plus(cacheMiss));
    }

    private void report(BlockNumber block, ChainEvent.UsageReported report) {
      // every report of the current operator moves its contract's last epoch, counted or not
      if (report.operator().equals(network.contracts().filBeamOperator())) {
        lastReportedEpoch =
            lastReportedEpoch
                .filter(last -> last.isAfter(report.toEpoch()))
                .or(() -> Optional.of(report.toEpoch()));
      }
      if (!counts(report.operator(), block)) {
        return;
      }
      ByteCount cdn = bounded(report.cdnBytesUsed(), reported.cdnBytes());
      ByteCount cacheMiss = bounded(report.cacheMissBytesUsed(), reported.cacheMissBytes());
      reported =
          isFinal.test(block)
              ? new Reported(
                  reported.cdnBytesFinal().plus(cdn),
                  reported.cdnBytesUnfinal(),
                  reported.cacheMissBytesFinal().plus(cacheMiss),
                  reported.cacheMissBytesUnfinal())
              : new Reported(
                  reported.cdnBytesFinal(),
                  reported.cdnBytesUnfinal().plus(cdn),
                  reported.cacheMissBytesFinal(),
                  reported.cacheMissBytesUnfinal().plus(cacheMiss));
    }

    /** As much of a report as the sum can hold: it is more than was ever served all the same. */
    private static ByteCount bounded(ByteCount bytes, ByteCount sum) {
      return ByteCount.of(Math.min(bytes.bytes(), BYTES_AT_MOST - sum.bytes()));
    }

    private boolean counts(Address operator, BlockNumber block) {
      return block.compareTo(network.countReportsFrom()) >= 0
          && network.operators().stream()
              .anyMatch(o -> o.address().equals(operator) && o.countsAt(block));
    }

    private void settle(TokenAmount cdn, TokenAmount cacheMiss) {
      settled = new Settled(settled.cdn().plus(cdn), settled.cacheMiss().plus(cacheMiss));
    }

    /**
     * The data set as its events tell.
     *
     * @param isDeep tells in which blocks a creation is deep enough for the data set to be served
     * @return empty where FWSS has not created it: reports for it may exist all the same
     */
    Optional<DataSetRecord> record(DataSetId id, Predicate<BlockNumber> isDeep, AsOf asOf) {
      return Optional.ofNullable(created)
          .map(
              facts ->
                  new DataSetRecord(
                      id,
                      facts.payer(),
                      Objects.requireNonNullElse(provider, facts.provider()),
                      facts.payee(),
                      facts.metadata().containsKey(WITH_CDN) && !cdnEnded && !deleted,
                      deleted,
                      isDeep.test(createdIn) ? Optional.empty() : Optional.of(createdIn),
                      facts.metadata().containsKey(GATED)
                          ? Optional.of(Gate.CURIO_RETRIEVAL)
                          : Optional.empty(),
                      facts.pdpRail().map(this::rail),
                      facts.cacheMissRail().map(this::rail),
                      facts.cdnRail().map(this::rail),
                      topUps,
                      reported,
                      lastReportedEpoch,
                      settled,
                      asOf));
    }

    private Rail rail(RailId id) {
      return new Rail(id, Optional.ofNullable(railEnds.get(id)));
    }
  }
}
