package io.filcdn.settlement.reconciliation;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.settlement.contracts.OnChainUsage;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.model.Allowance;
import io.filcdn.settlement.model.OwnRollups;
import io.filcdn.settlement.model.ReportingState;
import io.filcdn.settlement.model.Usage;
import io.filcdn.settlement.replica.IndexedPayments;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ComparisonTest {

  private static final OperatorContract.Rates RATES =
      new OperatorContract.Rates(BigInteger.valueOf(7), BigInteger.valueOf(3));

  private final Comparison comparison = new Comparison(RATES, new BlockNumber(200));

  @Test
  void dataSetsThatAgreeHaveNoDifferences() {
    comparison.add(state("fwss/1", 10, 6, 8, 4), onChain(20, 12, 100), settled(36, 0));
    comparison.add(state("fwss/2", 5, 0, 5, 0), onChain(35, 0, 100), settled(0, 0));

    ReconciliationResult view = close();

    assertThat(view.differences()).isEmpty();
    assertThat(view.dataSets()).isEqualTo(2);
    assertThat(view.totals())
        .isEqualTo(
            new ReconciliationResult.Totals(
                usage(15, 6),
                usage(13, 4),
                Usage.NONE,
                usage(2, 2),
                TokenAmount.of(55),
                TokenAmount.of(12),
                TokenAmount.of(36),
                TokenAmount.ZERO));
  }

  @Test
  void oneUnitThatNobodyPaidOrOwesIsADifference() {
    comparison.add(state("fwss/1", 10, 6, 8, 4), onChain(20, 12, 100), settled(35, 0));

    assertThat(close().differences())
        .extracting(ReconciliationResult.Difference::key, ReconciliationResult.Difference::message)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                "fwss/1 money",
                "expected 56 cdn and 12 cache-miss in all for 8 cdn and 4 cache-miss bytes; found"
                    + " 35 and 0 settled, 20 and 12 owed"));
  }

  @Test
  void anEpochThatNobodyKnowsIsADifference() {
    comparison.add(state("fwss/1", 10, 6, 8, 4), onChain(56, 12, 101), settled(0, 0));

    assertThat(close().differences())
        .extracting(ReconciliationResult.Difference::kind)
        .containsExactly(ReconciliationResult.Kind.EPOCH);
  }

  @Test
  void anOdometerBelowWhatWasReportedIsADifference() {
    comparison.add(state("fwss/1", 7, 4, 8, 4), onChain(56, 12, 100), settled(0, 0));

    assertThat(close().differences())
        .extracting(ReconciliationResult.Difference::kind)
        .containsExactly(ReconciliationResult.Kind.ODOMETER_BELOW_REPORTED);
  }

  @Test
  void whatADeletedDataSetOwesAndHasNotReportedIsLost() {
    comparison.add(
        state("fwss/1", 10, 6, 8, 4),
        onChain(20, 0, 100),
        payments(36, 12, true, Optional.empty()));

    // 2 bytes of each kind are not reported yet
    assertThat(close().differences())
        .extracting(ReconciliationResult.Difference::key, ReconciliationResult.Difference::message)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                "fwss/1 lost",
                "expected all to be paid before the data set was deleted, found 34 cdn and 6"
                    + " cache-miss that nobody can be paid any more"));
  }

  @Test
  void whatIsOwedAlongARailThatHasEndedIsLostAndTheOtherRailIsNot() {
    IndexedPayments ended = payments(36, 0, false, Optional.of(new Epoch(201)));
    IndexedPayments lives = payments(36, 0, false, Optional.of(new Epoch(202)));

    comparison.add(state("fwss/1", 8, 4, 8, 4), onChain(20, 12, 100), ended);
    comparison.add(state("fwss/2", 8, 4, 8, 4), onChain(20, 12, 100), lives);

    assertThat(close().differences())
        .extracting(ReconciliationResult.Difference::key, ReconciliationResult.Difference::message)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                "fwss/1 lost",
                "expected all to be paid before its rails ended, found 20 cdn and 0 cache-miss that"
                    + " nobody can be paid any more"));
  }

  @Test
  void moreThanWasEverPaidForIsADifference() {
    comparison.add(state("fwss/1", 1001, 4, 8, 4), onChain(56, 12, 100), settled(0, 0));

    assertThat(close().differences())
        .extracting(ReconciliationResult.Difference::kind)
        .containsExactly(ReconciliationResult.Kind.BEYOND_GRANTS);
  }

  @Test
  void anEpochThatNoBlockHasReachedIsADifference() {
    Comparison early = new Comparison(RATES, new BlockNumber(99));

    early.add(state("fwss/1", 8, 4, 8, 4), onChain(56, 12, 100), settled(0, 0));

    assertThat(early.result(Instant.EPOCH, List.of()).differences())
        .extracting(ReconciliationResult.Difference::kind)
        .containsExactly(ReconciliationResult.Kind.EPOCH);
  }

  @Test
  void aReportOfOursThatTheIndexDoesNotShowIsADifference() {
    ReportingState known = state("fwss/1", 10, 6, 8, 4);
    ReportingState lost =
        new ReportingState(
            known.dataSet(),
            known.odometer(),
            known.asOf(),
            known.unreportedSince(),
            usage(7, 4),
            known.lastReported(),
            known.ownRollups(),
            known.allowance());

    comparison.add(lost, onChain(49, 12, 100), settled(0, 0));

    assertThat(close().differences())
        .extracting(ReconciliationResult.Difference::kind)
        .containsExactly(ReconciliationResult.Kind.REPORT_NOT_INDEXED);
  }

  @Test
  void soManyDifferencesAreListedAndAllAreCounted() {
    int many = ReconciliationResult.MAX_LISTED + 1;
    for (int i = 0; i < many; i++) {
      comparison.add(state("fwss/" + i, 7, 4, 8, 4), onChain(56, 12, 100), settled(0, 0));
    }

    assertThat(close().differenceCount()).isEqualTo(many);
    assertThat(close().differences()).hasSize(ReconciliationResult.MAX_LISTED);
  }

  private ReconciliationResult close() {
    return comparison.result(Instant.EPOCH, List.of());
  }

  /** All that was reported was reported by us, up to epoch 100. */
  private static ReportingState state(
      String id, long cdn, long cacheMiss, long reportedCdn, long reportedCacheMiss) {
    Optional<Epoch> last = Optional.of(new Epoch(100));
    return new ReportingState(
        DataSetId.of(id),
        usage(cdn, cacheMiss),
        new Epoch(120),
        Optional.empty(),
        usage(reportedCdn, reportedCacheMiss),
        last,
        new OwnRollups(
            Usage.NONE,
            usage(reportedCdn, reportedCacheMiss),
            Usage.NONE,
            last,
            last,
            false,
            Optional.empty()),
        new Allowance(usage(1000, 1000), usage(1000, 1000)));
  }

  private static Usage usage(long cdn, long cacheMiss) {
    return new Usage(ByteCount.of(cdn), ByteCount.of(cacheMiss));
  }

  private static OnChainUsage onChain(long cdn, long cacheMiss, long maxReported) {
    return new OnChainUsage(TokenAmount.of(cdn), TokenAmount.of(cacheMiss), new Epoch(maxReported));
  }

  private static IndexedPayments settled(long cdn, long cacheMiss) {
    return payments(cdn, cacheMiss, false, Optional.empty());
  }

  private static IndexedPayments payments(
      long cdn, long cacheMiss, boolean deleted, Optional<Epoch> cdnEnd) {
    return new IndexedPayments(
        new DataSetRecord.Settled(TokenAmount.of(cdn), TokenAmount.of(cacheMiss)),
        deleted,
        cdnEnd,
        Optional.empty());
  }
}
