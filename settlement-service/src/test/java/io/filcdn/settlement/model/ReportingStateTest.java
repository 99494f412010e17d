package io.filcdn.settlement.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ReportingStateTest {

  private static final Usage MOST = usage(Long.MAX_VALUE, Long.MAX_VALUE);
  private static final Allowance PLENTY = new Allowance(MOST, MOST);

  @Test
  void dueIsWhatNeitherTheIndexNorAnOpenRollupHolds() {
    ReportingState state = state(usage(1000, 400), usage(600, 300), usage(300, 0));

    assertThat(state.due()).isEqualTo(new ReportingState.Due.Bytes(usage(100, 100), Usage.NONE));
  }

  @Test
  void nothingIsDueWhereAllIsCovered() {
    assertThat(state(usage(1000, 400), usage(600, 400), usage(400, 0)).due())
        .isEqualTo(new ReportingState.Due.Nothing());
  }

  @Test
  void anOdometerBelowWhatWasReportedIsAShortfallInEitherPart() {
    assertThat(state(usage(999, 400), usage(600, 300), usage(400, 0)).due())
        .isInstanceOf(ReportingState.Due.Shortfall.class);
    assertThat(state(usage(5000, 400), usage(600, 300), usage(400, 101)).due())
        .isEqualTo(
            new ReportingState.Due.Shortfall(
                "expected an odometer of at least what was reported, 1000 cdn and 401 cache-miss bytes (400 cdn and 101 cache-miss bytes of it in own open rollups), found 5000 cdn and 400 cache-miss bytes"));
  }

  @Test
  void theNextEpochMustExceedBothTheIndexsLastAndOurOwn() {
    assertThat(state(Optional.of(7L), Optional.of(9L), Optional.empty()).last())
        .isEqualTo(new Epoch(9));
    assertThat(state(Optional.of(11L), Optional.of(9L), Optional.empty()).last())
        .isEqualTo(new Epoch(11));
    assertThat(state(Optional.empty(), Optional.empty(), Optional.empty()).last())
        .isEqualTo(new Epoch(0));
  }

  @Test
  void theContractIsExpectedAtTheIndexsLastOrAtOurOwnThatABlockHolds() {
    assertThat(state(Optional.of(7L), Optional.of(9L), Optional.empty()).expectedOnChain())
        .isEqualTo(new Epoch(7));
    assertThat(state(Optional.of(7L), Optional.of(9L), Optional.of(9L)).expectedOnChain())
        .isEqualTo(new Epoch(9));
    assertThat(state(Optional.empty(), Optional.empty(), Optional.empty()).expectedOnChain())
        .isEqualTo(new Epoch(0));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whatIsDueAndWhatIsCoveredMakeUpTheOdometer(long seed) {
    Random random = new Random(seed);
    Usage odometer = usage(random.nextLong(1000), random.nextLong(1000));
    Usage reported = usage(random.nextLong(600), random.nextLong(600));
    Usage open = usage(random.nextLong(600), random.nextLong(600));

    Usage covered = reported.plus(open);
    switch (state(odometer, reported, open).due()) {
      case ReportingState.Due.Bytes(Usage left, Usage _) ->
          assertThat(covered.plus(left)).isEqualTo(odometer);
      case ReportingState.Due.Nothing() -> assertThat(covered).isEqualTo(odometer);
      case ReportingState.Due.Shortfall _ -> assertThat(odometer.reaches(covered)).isFalse();
      case ReportingState.Due.BeyondGrants _ -> fail("enough was paid for");
      case ReportingState.Due.ReportMissing _ -> fail("no report of ours is to be in the index");
    }
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 200);
  }

  @Test
  void sumsBeyondALongAreRefusedRatherThanWrapped() {
    ReportingState state = state(usage(1, 1), usage(Long.MAX_VALUE, 0), usage(1, 0));

    assertThatThrownBy(state::due).isInstanceOf(ArithmeticException.class);
  }

  private static Usage usage(long cdn, long cacheMiss) {
    return new Usage(ByteCount.of(cdn), ByteCount.of(cacheMiss));
  }

  @Test
  void aReportOfOursThatTheIndexDoesNotShowIsNotReportedOnceMore() {
    OwnRollups ownRollups = ownRollups(Usage.NONE, usage(150, 0), usage(1000, 0));

    assertThat(state(usage(5000, 0), usage(1150, 0), ownRollups).due())
        .isEqualTo(new ReportingState.Due.Bytes(usage(3850, 0), Usage.NONE));
    assertThat(state(usage(5000, 0), usage(1050, 0), ownRollups).due())
        .isEqualTo(
            new ReportingState.Due.ReportMissing(
                "expected the index to show at least 1150 cdn and 0 cache-miss bytes as reported, 150 cdn and 0 cache-miss bytes of it by us up to epoch 0; found 1050 cdn and 0 cache-miss bytes: it lost a report"));
  }

  @Test
  void whatOthersReportedIsWhatTheIndexShowsBeyondOurOwn() {
    assertThat(
            state(usage(5000, 9), usage(1150, 7), ownRollups(Usage.NONE, usage(150, 3), Usage.NONE))
                .reportedByOthers())
        .isEqualTo(usage(1000, 4));
  }

  @Test
  void onlyWhatFinalGrantsPayForIsLeftToReportAndTheRestWaits() {
    Allowance allowance = new Allowance(usage(900, 400), usage(1000, 500));

    assertThat(state(usage(1000, 400), usage(600, 300), usage(200, 0), allowance).due())
        .isEqualTo(new ReportingState.Due.Bytes(usage(100, 100), usage(100, 0)));
    assertThat(state(usage(1000, 500), usage(900, 400), Usage.NONE, allowance).due())
        .isEqualTo(new ReportingState.Due.Bytes(Usage.NONE, usage(100, 100)));
  }

  @ParameterizedTest
  @CsvSource({"1001, 0", "1001, 501", "0, 501", "9223372036854775807, 0"})
  void nothingIsLeftToReportOfWhatNoGrantPaysFor(long cdn, long cacheMiss) {
    Allowance allowance = new Allowance(usage(900, 400), usage(1000, 500));

    assertThat(state(usage(cdn, cacheMiss), Usage.NONE, Usage.NONE, allowance).due())
        .isEqualTo(
            new ReportingState.Due.BeyondGrants(
                "expected an odometer of at most what was paid for, 1000 cdn and 500 cache-miss bytes, found %d cdn and %d cache-miss bytes: nothing more of it is reported"
                    .formatted(cdn, cacheMiss)));
  }

  @Test
  void whatWasReportedBeyondTheGrantsIsNoReasonToStopWhereNothingIsLeft() {
    Allowance allowance = new Allowance(usage(900, 400), usage(900, 400));

    assertThat(state(usage(1000, 0), usage(1000, 0), Usage.NONE, allowance).due())
        .isEqualTo(new ReportingState.Due.Nothing());
  }

  private static ReportingState state(
      Usage odometer, Usage reported, Usage open, Allowance allowance) {
    return new ReportingState(
        DataSetId.of("fwss/1"),
        odometer,
        new Epoch(10),
        Optional.empty(),
        reported,
        Optional.empty(),
        ownRollups(open, Usage.NONE, Usage.NONE),
        allowance);
  }

  private static OwnRollups ownRollups(Usage open, Usage covered, Usage others) {
    return new OwnRollups(
        open, covered, others, Optional.empty(), Optional.empty(), false, Optional.empty());
  }

  private static ReportingState state(Usage odometer, Usage reported, Usage open) {
    return state(odometer, reported, ownRollups(open, Usage.NONE, Usage.NONE));
  }

  private static ReportingState state(Usage odometer, Usage reported, OwnRollups ownRollups) {
    return new ReportingState(
        DataSetId.of("fwss/1"),
        odometer,
        new Epoch(10),
        Optional.empty(),
        reported,
        Optional.empty(),
        ownRollups,
        PLENTY);
  }

  private static ReportingState state(
      Optional<Long> lastReported, Optional<Long> lastOwn, Optional<Long> lastOwnIncluded) {
    return new ReportingState(
        DataSetId.of("fwss/1"),
        Usage.NONE,
        new Epoch(10),
        Optional.empty(),
        Usage.NONE,
        lastReported.map(Epoch::new),
        new OwnRollups(
            Usage.NONE,
            Usage.NONE,
            Usage.NONE,
            lastOwn.map(Epoch::new),
            lastOwnIncluded.map(Epoch::new),
            false,
            Optional.empty()),
        PLENTY);
  }
}
