package io.filcdn.settlement.due;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.Generation;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.settlement.model.Allowance;
import io.filcdn.settlement.model.OwnRollups;
import io.filcdn.settlement.model.ReportingState;
import io.filcdn.settlement.model.Submission.UsageReport;
import io.filcdn.settlement.model.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DueReportsTest {

  @Test
  void dataSetsShareAReportWhereOneEpochSuitsThemAll() {
    DueUsage early = due(1, 10, 20);
    DueUsage late = due(2, 15, 40);

    assertThat(DueReports.reports(List.of(late, early)))
        .containsExactly(new UsageReport(new Epoch(20), List.of(early.rollup(), late.rollup())));
  }

  @Test
  void aDataSetThatWasReportedSinceTheOthersLastEpochGetsAReportOfItsOwn() {
    DueUsage early = due(1, 10, 20);
    DueUsage late = due(2, 20, 40);

    assertThat(DueReports.reports(List.of(late, early)))
        .containsExactly(
            new UsageReport(new Epoch(20), List.of(early.rollup())),
            new UsageReport(new Epoch(40), List.of(late.rollup())));
  }

  @Test
  void nothingDueMakesNoReport() {
    assertThat(DueReports.reports(List.of())).isEmpty();
  }

  @Test
  void usageWithoutAnEpochToReportItForIsRefused() {
    assertThatThrownBy(() -> due(1, 20, 20))
        .hasMessage("expected an epoch above 20 and up to 20, there is none");
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyDataSetIsInOneReportWhoseEpochSuitsIt(long seed) {
    Random random = new Random(seed);
    List<DueUsage> due = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      long after = random.nextLong(100);
      due.add(due(i, after, after + 1 + random.nextLong(30)));
    }

    List<UsageReport> reports = DueReports.reports(due);

    for (DueUsage usage : due) {
      List<UsageReport> its =
          reports.stream().filter(report -> report.rollups().contains(usage.rollup())).toList();
      assertThat(its).hasSize(1);
      assertThat(its.getFirst().toEpoch()).isGreaterThan(usage.after());
      assertThat(its.getFirst().toEpoch()).isLessThanOrEqualTo(usage.upTo());
    }
    assertThat(reports.stream().mapToInt(UsageReport::size).sum()).isEqualTo(due.size());
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 50);
  }

  private static DueUsage due(long number, long after, long upTo) {
    Usage usage = new Usage(ByteCount.of(number + 1), ByteCount.ZERO);
    DataSetId dataSet = new DataSetId(Generation.FWSS, number);
    ReportingState state =
        new ReportingState(
            dataSet,
            usage,
            new Epoch(upTo),
            Optional.empty(),
            Usage.NONE,
            Optional.empty(),
            OwnRollups.NOTHING,
            new Allowance(usage, usage));
    return new DueUsage(state, usage, new Epoch(after), new Epoch(upTo));
  }
}
