package io.filcdn.indexer.projection;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.index.DataSetRecord.Settled;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.store.Checkpoint;
import io.filcdn.indexer.store.EventLog;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The fold of the events of a data set. The rules are the contracts': what ends the CDN, when a
 * rail ends, whose reports count.
 */
public final class DataSetFold {

  /** The most that is told of reported bytes, so that no sum with them overflows: 4 EiB. */
  private static final long BYTES_AT_MOST = 1L << 62;

  private final Network network;

  public DataSetFold(Network network) {
    this.network = network;
  }

  /**
   * Begins the fold of the events of one data set.
   *
   * @param checkpoint by these rules, after which it goes on; empty where it takes all events
   * @param isFinal tells which blocks cannot change any more
   */
  State begin(DataSetId id, Optional<Checkpoint> checkpoint, Predicate<BlockNumber> isFinal) {
    return new State(id, checkpoint, isFinal);
  }

  /**
   * The part of the network file that a fold depends on, as one text: where it changes, all data
   * sets have to be folded anew, from their first events. So they have where the code comes to make
   * something else of the same events, or to keep it otherwise: the text then needs a word for it.
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
  final class State implements EventLog.Fold {

    private final DataSetId id;
    private final Optional<BlockNumber> begun;
    private final Predicate<BlockNumber> isFinal;
    private Optional<BlockNumber> lastFinal = Optional.empty();
    private @Nullable FoldedDataSet ofFinal;
    private Optional<ChainEvent.DataSetCreated> created;
    private BlockNumber createdIn;
    private Optional<ProviderId> provider;
    private boolean cdnEnded;
    private boolean deleted;
    private final Map<RailId, Epoch> railEnds;
    private TopUps topUps;
    private Reported reported;
    private Settled settled;
    private Optional<Epoch> lastReportedEpoch;

    private State(DataSetId id, Optional<Checkpoint> checkpoint, Predicate<BlockNumber> isFinal) {
      this.id = id;
      this.begun = checkpoint.map(Checkpoint::upTo);
      this.isFinal = isFinal;
      FoldedDataSet before =
          checkpoint
              .map(kept -> RecordJson.read(kept.state(), FoldedDataSet.class))
              .orElse(FoldedDataSet.NOTHING);
      created = before.created();
      createdIn = before.createdIn();
      provider = before.provider();
      cdnEnded = before.cdnEnded();
      deleted = before.deleted();
      railEnds = new HashMap<>(before.railEnds());
      topUps = before.topUps();
      reported = before.reported();
      settled = before.settled();
      lastReportedEpoch = before.lastReportedEpoch();
    }

    @Override
    public Optional<BlockNumber> upTo() {
      return begun;
    }

    @Override
    public void take(LoggedEvent logged) {
      BlockNumber block = logged.position().block();
      if (isFinal.test(block)) {
        lastFinal = Optional.of(block);
      } else if (ofFinal == null) {
        ofFinal = folded();
      }
      apply(block, logged.event());
    }

    private void apply(BlockNumber block, ChainEvent event) {
      switch (event) {
        case ChainEvent.DataSetCreated e -> {
          created = Optional.of(e);
          createdIn = block;
          provider = Optional.of(e.provider());
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
        case ChainEvent.StorageProviderChanged e -> provider = Optional.of(e.provider());
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
    Optional<DataSetRecord> record(Predicate<BlockNumber> isDeep, AsOf asOf) {
      return folded().record(id, isDeep, asOf);
    }

    /**
     * The place after the final events; empty where none came after the one that it went on from.
     */
    Optional<Checkpoint> checkpoint() {
      return lastFinal.map(
          block ->
              new Checkpoint(
                  id,
                  block,
                  RecordJson.write(Objects.requireNonNullElseGet(ofFinal, this::folded))));
    }

    private FoldedDataSet folded() {
      return new FoldedDataSet(
          created,
          createdIn,
          provider,
          cdnEnded,
          deleted,
          railEnds,
          topUps,
          reported,
          lastReportedEpoch,
          settled);
    }
  }
}
