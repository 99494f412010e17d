package io.filcdn.testing.chain;

import static io.filcdn.testing.chain.DevnetAccount.OPERATOR;
import static io.filcdn.testing.chain.DevnetAccount.OUTSIDER;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.testing.chain.DevnetHistory.UsageReport;
import io.filcdn.testing.chain.DevnetOperator.Rollup;
import io.filcdn.testing.chain.DevnetReads.OwedUsage;
import java.math.BigInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class UsageReportIT extends OnDevnet {
  private static final long UNKNOWN = 4711;
  private static final long FAR_FUTURE = 1L << 40;

  @Test
  void reportBecomesAnEventAndADebtAtTheRatePerByte() {
    Transaction reported = operator.report(100, Rollup.of(dataSetId, 3 * GIB + 1, GIB));

    assertThat(history.usageReports(reported.block(), reported.block()))
        .containsExactly(
            new UsageReport(
                dataSetId,
                1,
                100,
                number(3 * GIB + 1),
                number(GIB),
                reported.block(),
                reported.hash()));
    assertThat(reads.owedUsage(dataSetId))
        .isEqualTo(new OwedUsage(amount(3 * GIB + 1), amount(GIB), 100));
    assertThat(reads.cdnRatePerByte()).isEqualTo(RATE);
    assertThat(reads.cacheMissRatePerByte()).isEqualTo(RATE);
  }

  @Test
  void nextReportBeginsWhereTheLastEndedAndAddsToTheDebt() {
    operator.report(100, Rollup.of(dataSetId, 10, 1));

    Transaction reported = operator.report(101, Rollup.of(dataSetId, 5, 2));

    assertThat(history.usageReports(reported.block(), reported.block()))
        .extracting(UsageReport::fromEpoch, UsageReport::toEpoch)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(101L, 101L));
    assertThat(reads.owedUsage(dataSetId)).isEqualTo(new OwedUsage(amount(15), amount(3), 101));
  }

  @Test
  void reportIsRefusedAsAWholeWhereOneDataSetsEpochDoesNotGrow() {
    operator.report(100, Rollup.of(dataSetId, 10, 1));

    ContractRevert refusal =
        refusalOf(
            () -> operator.report(100, Rollup.of(UNKNOWN, 7, 7), Rollup.of(dataSetId, 10, 1)));

    assertThat(refusal.error()).isEqualTo("InvalidEpoch");
    assertThat(reads.owedUsage(UNKNOWN))
        .isEqualTo(new OwedUsage(BigInteger.ZERO, BigInteger.ZERO, 0));
    assertThat(reads.owedUsage(dataSetId)).isEqualTo(new OwedUsage(amount(10), amount(1), 100));
  }

  @Test
  void reportForEpochZeroIsRefused() {
    assertThat(refusalOf(() -> operator.report(0, Rollup.of(dataSetId, 1, 1))).error())
        .isEqualTo("InvalidEpoch");
  }

  @Test
  void dataSetListedTwiceRefusesTheReport() {
    ContractRevert refusal =
        refusalOf(
            () -> operator.report(100, Rollup.of(dataSetId, 1, 1), Rollup.of(dataSetId, 1, 1)));

    assertThat(refusal.error()).isEqualTo("InvalidEpoch");
  }

  @Test
  void farFutureEpochIsTakenAndBlocksLaterReports() {
    operator.report(FAR_FUTURE, Rollup.of(dataSetId, 1, 1));

    assertThat(reads.owedUsage(dataSetId).maxReportedEpoch()).isEqualTo(FAR_FUTURE);
    assertThat(refusalOf(() -> operator.report(devnet.epoch(), Rollup.of(dataSetId, 1, 1))).error())
        .isEqualTo("InvalidEpoch");
  }

  @Test
  void unknownDataSetIsTaken() {
    operator.report(100, Rollup.of(UNKNOWN, 8, 4));

    assertThat(reads.owedUsage(UNKNOWN)).isEqualTo(new OwedUsage(amount(8), amount(4), 100));
  }

  @Test
  void listsOfDifferentLengthAreRefused() {
    String data =
        Abi.encode(
            "recordUsageRollups(uint256,uint256[],uint256[],uint256[])",
            100,
            LongStream.of(1, 2).mapToObj(BigInteger::valueOf).toList(),
            LongStream.of(1, 2).mapToObj(BigInteger::valueOf).toList(),
            LongStream.of(1).mapToObj(BigInteger::valueOf).toList());

    ContractRevert refusal =
        refusalOf(
            () -> devnet.send(OPERATOR.address(), devnet.contracts().filBeamOperator(), data));

    assertThat(refusal.error()).isEqualTo("InvalidUsageAmount");
  }

  @Test
  void onlyTheControllerKeyReportsAndTerminates() {
    DevnetOperator outsider = operator.as(OUTSIDER.address());

    ContractRevert report = refusalOf(() -> outsider.report(100, Rollup.of(dataSetId, 1, 1)));
    ContractRevert terminate = refusalOf(() -> outsider.terminateCdn(dataSetId));

    assertThat(report.data()).isEqualTo("0x82b42900");
    assertThat(terminate.data()).isEqualTo("0x82b42900");
  }

  @Test
  void reportOf670DataSetsFitsOneBlock() {
    Rollup[] rollups =
        LongStream.rangeClosed(1, 670).mapToObj(id -> Rollup.of(id, id, id)).toArray(Rollup[]::new);

    Transaction reported = operator.report(100, rollups);

    assertThat(history.usageReports(reported.block(), reported.block())).hasSize(670);
  }
}
