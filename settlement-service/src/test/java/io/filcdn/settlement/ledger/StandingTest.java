package io.filcdn.settlement.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StandingTest {

  @Test
  void dueIsWhatNeitherTheIndexNorAnOpenRollupHolds() {
    Standing standing = standing(usage(1000, 400), usage(600, 300), usage(300, 0));

    assertThat(standing.due()).isEqualTo(new Standing.Due.Bytes(usage(100, 100)));
  }

  @Test
  void nothingIsDueWhereAllIsCovered() {
    assertThat(standing(usage(1000, 400), usage(600, 400), usage(400, 0)).due())
        .isEqualTo(new Standing.Due.Nothing());
  }

  @Test
  void anOdometerBelowWhatWasReportedIsAShortfallInEitherPart() {
    assertThat(standing(usage(999, 400), usage(600, 300), usage(400, 0)).due())
        .isInstanceOf(Standing.Due.Shortfall.class);
    assertThat(standing(usage(5000, 400), usage(600, 300), usage(400, 101)).due())
        .isEqualTo(
            new Standing.Due.Shortfall(
                "expected an odometer of at least what was reported, 1000 cdn and 401 cache-miss bytes (400 and 101 of them in own open rollups), found 5000 and 400"));
  }

  @Test
  void theNextEpochMustExceedBothTheIndexsLastAndOurOwn() {
    assertThat(standing(Optional.of(7L), Optional.of(9L), Optional.empty()).last())
        .isEqualTo(new Epoch(9));
    assertThat(standing(Optional.of(11L), Optional.of(9L), Optional.empty()).last())
        .isEqualTo(new Epoch(11));
    assertThat(standing(Optional.empty(), Optional.empty(), Optional.empty()).last())
        .isEqualTo(new Epoch(0));
  }

  @Test
  void theContractIsExpectedAtTheIndexsLastOrAtOurOwnThatABlockHolds() {
    assertThat(standing(Optional.of(7L), Optional.of(9L), Optional.empty()).expectedOnChain())
        .isEqualTo(new Epoch(7));
    assertThat(standing(Optional.of(7L), Optional.of(9L), Optional.of(9L)).expectedOnChain())
        .isEqualTo(new Epoch(9));
    assertThat(standing(Optional.empty(), Optional.empty(), Optional.empty()).expectedOnChain())
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
    switch (standing(odometer, reported, open).due()) {
      case Standing.Due.Bytes(Usage left) -> assertThat(covered.plus(left)).isEqualTo(odometer);
      case Standing.Due.Nothing() -> assertThat(covered).isEqualTo(odometer);
      case Standing.Due.Shortfall _ -> assertThat(odometer.reaches(covered)).isFalse();
    }
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 200);
  }

  @Test
  void sumsBeyondALongAreRefusedRatherThanWrapped() {
    Standing standing = standing(usage(1, 1), usage(Long.MAX_VALUE, 0), usage(1, 0));

    assertThatThrownBy(standing::due).isInstanceOf(ArithmeticException.class);
  }

  private static Usage usage(long cdn, long cacheMiss) {
    return new Usage(ByteCount.of(cdn), ByteCount.of(cacheMiss));
  }

  private static Standing standing(Usage odometer, Usage reported, Usage open) {
    return new Standing(
        DataSetId.of("fwss/1"),
        odometer,
        new Epoch(10),
        reported,
        Optional.empty(),
        open,
        Optional.empty(),
        Optional.empty(),
        false);
  }

  private static Standing standing(
      Optional<Long> lastReported, Optional<Long> lastOwn, Optional<Long> lastOwnIncluded) {
    return new Standing(
        DataSetId.of("fwss/1"),
        Usage.NONE,
        new Epoch(10),
        Usage.NONE,
        lastReported.map(Epoch::new),
        Usage.NONE,
        lastOwn.map(Epoch::new),
        lastOwnIncluded.map(Epoch::new),
        false);
  }
}
