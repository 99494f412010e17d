package io.filcdn.indexer.projection;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Gate;
import io.filcdn.common.index.DataSetRecord.Rail;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.index.DataSetRecord.Settled;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.RailId;
import io.filcdn.indexer.chain.ChainEvent;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The result of the fold of a data set's events so far: all that the next ones need. A checkpoint
 * keeps it as JSON.
 *
 * @param created empty until FWSS created it: the first top-up comes before, and reports may
 * @param createdIn the block of its creation; 0 until then
 * @param railEnds the end of each rail that has one
 */
record FoldedDataSet(
    Optional<ChainEvent.DataSetCreated> created,
    BlockNumber createdIn,
    Optional<ProviderId> provider,
    boolean cdnEnded,
    boolean deleted,
    Map<RailId, Epoch> railEnds,
    TopUps topUps,
    Reported reported,
    Optional<Epoch> lastReportedEpoch,
    Settled settled) {

  static final FoldedDataSet NOTHING =
      new FoldedDataSet(
          Optional.empty(),
          new BlockNumber(0),
          Optional.empty(),
          false,
          false,
          Map.of(),
          TopUps.NONE,
          Reported.NONE,
          Optional.empty(),
          Settled.NONE);

  private static final String WITH_CDN = "withCDN";
  private static final String GATED = "withRetrievalACL";

  FoldedDataSet {
    railEnds = Map.copyOf(railEnds);
  }

  /** The record that is published of it; empty where FWSS has not created it. */
  Optional<DataSetRecord> record(DataSetId id, Predicate<BlockNumber> isDeep, AsOf asOf) {
    return created.map(
        facts ->
            new DataSetRecord(
                id,
                facts.payer(),
                provider.orElse(facts.provider()),
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
