package io.filcdn.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.settlement.contracts.OnChainUsage;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.ledger.Own;
import io.filcdn.settlement.ledger.Standing;
import io.filcdn.settlement.ledger.Usage;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BooksTest {

  private static final OperatorContract.Rates RATES =
      new OperatorContract.Rates(BigInteger.valueOf(7), BigInteger.valueOf(3));

  private final Books books = new Books(RATES);

  @Test
  void booksThatAgreeHaveNoDifferences() {
    books.enter(standing("fwss/1", 10, 6, 8, 4), onChain(20, 12, 100), settled(36, 0));
    books.enter(standing("fwss/2", 5, 0, 5, 0), onChain(35, 0, 100), settled(0, 0));

    ReconciliationView view = close();

    assertThat(view.differences()).isEmpty();
    assertThat(view.dataSets()).isEqualTo(2);
    assertThat(view.totals())
        .isEqualTo(
            new ReconciliationView.Totals(
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
    books.enter(standing("fwss/1", 10, 6, 8, 4), onChain(20, 12, 100), settled(35, 0));

    assertThat(close().differences())
        .extracting(ReconciliationView.Difference::key, ReconciliationView.Difference::message)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                "fwss/1 money",
                "expected 56 cdn and 12 cache-miss in all for 8 cdn and 4 cache-miss bytes; found 35 and 0 settled, 20 and 12 owed"));
  }

  @Test
  void anEpochThatNobodyKnowsIsADifference() {
    books.enter(standing("fwss/1", 10, 6, 8, 4), onChain(56, 12, 101), settled(0, 0));

    assertThat(close().differences())
        .extracting(ReconciliationView.Difference::kind)
        .containsExactly(ReconciliationView.Kind.EPOCH);
  }

  @Test
  void anOdometerBelowWhatWasReportedIsADifference() {
    books.enter(standing("fwss/1", 7, 4, 8, 4), onChain(56, 12, 100), settled(0, 0));

    assertThat(close().differences())
        .extracting(ReconciliationView.Difference::kind)
        .containsExactly(ReconciliationView.Kind.ODOMETER_BELOW_REPORTED);
  }

  private ReconciliationView close() {
    return books.close(Instant.EPOCH, new BlockNumber(9), List.of());
  }

  /** All that was reported was reported by us, up to epoch 100. */
  private static Standing standing(
      String id, long cdn, long cacheMiss, long reportedCdn, long reportedCacheMiss) {
    Optional<Epoch> last = Optional.of(new Epoch(100));
    return new Standing(
        DataSetId.of(id),
        usage(cdn, cacheMiss),
        new Epoch(120),
        Optional.empty(),
        usage(reportedCdn, reportedCacheMiss),
        last,
        new Own(
            Usage.NONE,
            usage(reportedCdn, reportedCacheMiss),
            Usage.NONE,
            last,
            last,
            false,
            Optional.empty()));
  }

  private static Usage usage(long cdn, long cacheMiss) {
    return new Usage(ByteCount.of(cdn), ByteCount.of(cacheMiss));
  }

  private static OnChainUsage onChain(long cdn, long cacheMiss, long maxReported) {
    return new OnChainUsage(TokenAmount.of(cdn), TokenAmount.of(cacheMiss), new Epoch(maxReported));
  }

  private static DataSetRecord.Settled settled(long cdn, long cacheMiss) {
    return new DataSetRecord.Settled(TokenAmount.of(cdn), TokenAmount.of(cacheMiss));
  }
}
