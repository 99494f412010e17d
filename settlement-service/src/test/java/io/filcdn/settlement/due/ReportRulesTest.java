package io.filcdn.settlement.due;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.settlement.model.Allowance;
import io.filcdn.settlement.model.OwnRollups;
import io.filcdn.settlement.model.ReportingState;
import io.filcdn.settlement.model.Usage;
import io.filcdn.settlement.setaside.SetAside.Reason;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportRulesTest {

  private static final Network NETWORK =
      NetworkFile.read(Path.of("../deploy/networks/devnet.json"));
  private static final DataSetId DATA_SET = DataSetId.of("fwss/1");
  private static final BlockNumber LATEST = new BlockNumber(1000);
  private static final DueScope ALL = DueScope.everything(ByteCount.ZERO);
  private static final Usage GRANTS = usage(1_000_000, 1_000_000);
  private static final Epoch OLDEST = new Epoch(900);
  private static final Instant SERVED = NETWORK.timeOf(OLDEST);

  @Test
  void whatWasServedAndNotReportedIsDueUpToTheOdometersEpoch() {
    ReportingState state = state(usage(500, 70), usage(100, 20), 950, 800);

    assertThat(due(state, ALL))
        .contains(new DueUsage(state, usage(400, 50), epoch(800), epoch(950)));
    assertThat(finding(state)).isEmpty();
  }

  @Test
  void aReportEndsBeforeTheNewestBlock() {
    ReportingState state = state(usage(500, 0), usage(0, 0), 2000, 800);

    assertThat(due(state, ALL))
        .contains(new DueUsage(state, usage(500, 0), epoch(800), epoch(999)));
    assertThat(rules(SERVED).due(state, new BlockNumber(801), ALL)).isEmpty();
    assertThat(rules(SERVED).due(state, new BlockNumber(802), ALL)).isPresent();
    assertThat(rules(SERVED).due(state, new BlockNumber(0), ALL)).isEmpty();
  }

  @Test
  void nothingIsDueWhereNothingIsLeftOrAReportIsUnderWay() {
    assertThat(due(state(usage(100, 20), usage(100, 20), 950, 800), ALL)).isEmpty();
    OwnRollups under =
        new OwnRollups(
            Usage.NONE,
            Usage.NONE,
            Usage.NONE,
            Optional.empty(),
            Optional.empty(),
            true,
            Optional.empty());
    assertThat(due(state(usage(500, 0), Usage.NONE, 950, 800, under, GRANTS), ALL)).isEmpty();
  }

  @Test
  void whatGrantsThatAreNotFinalPayForWaits() {
    ReportingState state =
        new ReportingState(
            DATA_SET,
            usage(500, 0),
            epoch(950),
            Optional.of(OLDEST),
            usage(100, 0),
            Optional.of(epoch(800)),
            OwnRollups.NOTHING,
            new Allowance(usage(100, 0), GRANTS));

    assertThat(due(state, ALL)).isEmpty();
    assertThat(finding(state)).isEmpty();
  }

  @Test
  void dustWaitsUntilItIsOld() {
    DueScope dust = DueScope.everything(ByteCount.of(100));
    ReportingState some = state(usage(60, 39), Usage.NONE, 950, 800);
    ReportingState enough = state(usage(60, 40), Usage.NONE, 950, 800);
    ReportingState ofUnknownAge =
        new ReportingState(
            DATA_SET,
            usage(60, 39),
            epoch(950),
            Optional.empty(),
            Usage.NONE,
            Optional.empty(),
            OwnRollups.NOTHING,
            new Allowance(GRANTS, GRANTS));

    assertThat(rules(SERVED.plus(Duration.ofHours(24))).due(some, LATEST, dust)).isPresent();
    assertThat(rules(SERVED.plus(Duration.ofHours(23))).due(some, LATEST, dust)).isEmpty();
    assertThat(rules(SERVED).due(enough, LATEST, dust)).isPresent();
    assertThat(rules(SERVED).due(ofUnknownAge, LATEST, dust)).isPresent();
  }

  @Test
  void reportsOfTheFutureAreOfSomeoneElse() {
    assertThat(finding(state(usage(500, 0), Usage.NONE, 950, 1021)))
        .get()
        .satisfies(
            found -> {
              assertThat(found.reason()).isEqualTo(Reason.EPOCH_AHEAD);
              assertThat(found.dataSet()).isEqualTo(DATA_SET);
              assertThat(found.message()).contains("at most 1020, found 1021");
            });
    assertThat(finding(state(usage(500, 0), Usage.NONE, 950, 1020))).isEmpty();
  }

  @Test
  void aFinalReportThatTheIndexDoesNotShowIsAskedAboutAfterItsGrace() {
    OwnRollups own =
        new OwnRollups(
            usage(10, 0),
            Usage.NONE,
            Usage.NONE,
            Optional.of(epoch(900)),
            Optional.of(epoch(900)),
            false,
            Optional.of(SERVED));
    ReportingState state = state(usage(500, 0), Usage.NONE, 950, 800, own, GRANTS);

    assertThat(rules(SERVED.plus(Duration.ofMinutes(31))).finding(state, LATEST))
        .get()
        .satisfies(
            found -> {
              assertThat(found.reason()).isEqualTo(Reason.REPORT_NOT_INDEXED);
              assertThat(found.message()).contains("up to epoch 900", "found 800 as the last");
            });
    assertThat(rules(SERVED.plus(Duration.ofMinutes(30))).finding(state, LATEST)).isEmpty();
  }

  @Test
  void booksThatDoNotFitAreFindings() {
    assertThat(finding(state(usage(99, 0), usage(100, 0), 950, 800)))
        .get()
        .extracting(Finding::reason)
        .isEqualTo(Reason.ODOMETER_BELOW_REPORTED);
    assertThat(finding(state(usage(11, 0), Usage.NONE, 950, 800, OwnRollups.NOTHING, usage(10, 0))))
        .get()
        .extracting(Finding::reason)
        .isEqualTo(Reason.BEYOND_GRANTS);
    OwnRollups covered =
        new OwnRollups(
            Usage.NONE,
            usage(101, 0),
            Usage.NONE,
            Optional.of(epoch(800)),
            Optional.of(epoch(800)),
            false,
            Optional.empty());
    assertThat(finding(state(usage(500, 0), usage(100, 0), 950, 800, covered, GRANTS)))
        .get()
        .extracting(Finding::reason)
        .isEqualTo(Reason.REPORT_NOT_INDEXED);
  }

  private static Optional<DueUsage> due(ReportingState state, DueScope scope) {
    return rules(SERVED).due(state, LATEST, scope);
  }

  private static Optional<Finding> finding(ReportingState state) {
    return rules(SERVED).finding(state, LATEST);
  }

  private static ReportRules rules(Instant now) {
    return new ReportRules(new Config(), NETWORK, Clock.fixed(now, ZoneOffset.UTC));
  }

  private static ReportingState state(Usage odometer, Usage reported, long asOf, long last) {
    return state(odometer, reported, asOf, last, OwnRollups.NOTHING, GRANTS);
  }

  private static ReportingState state(
      Usage odometer, Usage reported, long asOf, long last, OwnRollups own, Usage grants) {
    return new ReportingState(
        DATA_SET,
        odometer,
        epoch(asOf),
        Optional.of(OLDEST),
        reported,
        Optional.of(epoch(last)),
        own,
        new Allowance(grants, grants));
  }

  private static Usage usage(long cdn, long cacheMiss) {
    return new Usage(ByteCount.of(cdn), ByteCount.of(cacheMiss));
  }

  private static Epoch epoch(long value) {
    return new Epoch(value);
  }

  /** The rules as they are by default. */
  private record Config() implements DueConfig {

    @Override
    public ByteCount dust() {
      return ByteCount.ZERO;
    }

    @Override
    public Duration dustMaxAge() {
      return Duration.ofDays(1);
    }

    @Override
    public Duration indexGrace() {
      return Duration.ofMinutes(30);
    }

    @Override
    public int epochMarginBlocks() {
      return 20;
    }

    @Override
    public int railEndMarginBlocks() {
      return 20;
    }

    @Override
    public Duration terminateWithin() {
      return Duration.ofHours(6);
    }
  }
}
