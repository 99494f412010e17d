package io.filcdn.metrics.odometer;

import static io.filcdn.metrics.Samples.DEVNET;
import static io.filcdn.metrics.Samples.NOON;
import static io.filcdn.metrics.Samples.dataSet;
import static io.filcdn.metrics.Samples.egress;
import static io.filcdn.metrics.Samples.fill;
import static io.filcdn.metrics.Samples.flush;
import static io.filcdn.metrics.Samples.flushUntil;
import static io.filcdn.metrics.Samples.hit;
import static io.filcdn.metrics.Samples.journal;
import static io.filcdn.metrics.Samples.unbilled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.egress.EgressRow.Reason;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.odometer.Odometer.Totals;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OdometerIncreasesTest {

  @Test
  void rowsOfADataSetBecomeOneSum() {
    OdometerIncreases increases = new OdometerIncreases(DEVNET, NOON);

    increases.add(
        flush(
            journal(1),
            0,
            1,
            egress(7, CacheOutcome.MISS, 2, 100),
            egress(7, CacheOutcome.COLLAPSED, 3, 200),
            egress(5, CacheOutcome.HIT, 1, 1),
            fill(7, 60)));
    increases.add(flush(journal(2), 1, 9, egress(7, CacheOutcome.HIT, 4, 400)));

    assertThat(increases.billable())
        .containsExactly(
            new Increase(
                dataSet(5),
                new Totals(ByteCount.of(1), ByteCount.ZERO, 1, 0),
                DEVNET.epochAt(NOON)),
            new Increase(
                dataSet(7),
                new Totals(ByteCount.of(700), ByteCount.of(60), 9, 2),
                DEVNET.epochAt(NOON)));
    assertThat(increases.rows()).isEqualTo(5);
  }

  @Test
  void whatNobodyPaysForIsKeptApartByReason() {
    OdometerIncreases increases = new OdometerIncreases(DEVNET, NOON);

    increases.add(
        flush(
            journal(1),
            0,
            1,
            unbilled(7, Reason.UNVERIFIED, 1, 10),
            unbilled(7, Reason.BOT, 2, 20),
            unbilled(7, Reason.BOT, 3, 30)));

    assertThat(increases.billable()).isEmpty();
    assertThat(increases.unbilled())
        .containsExactly(
            new Unbilled(dataSet(7), Reason.BOT, 5, ByteCount.of(50), ByteCount.of(100)),
            new Unbilled(dataSet(7), Reason.UNVERIFIED, 1, ByteCount.of(10), ByteCount.of(20)));
  }

  @Test
  void theNewestFlushTellsByWhenAllWasServed() {
    OdometerIncreases increases = new OdometerIncreases(DEVNET, NOON.plusSeconds(100));

    increases.add(flushUntil(NOON.plusSeconds(5), journal(1), 0, 1, hit(7, 1)));
    increases.add(flushUntil(NOON, journal(2), 0, 1, hit(7, 1)));

    assertThat(increases.billable().getFirst().servedBy())
        .isEqualTo(DEVNET.epochAt(NOON.plusSeconds(5)));
    assertThat(increases.delay()).isEqualTo(Duration.ofSeconds(100));
  }

  @Test
  void nothingWasServedLaterThanNow() {
    OdometerIncreases increases = new OdometerIncreases(DEVNET, NOON);

    increases.add(flushUntil(NOON.plusSeconds(3600), journal(1), 0, 1, hit(7, 1)));

    assertThat(increases.billable().getFirst().servedBy()).isEqualTo(DEVNET.epochAt(NOON));
    assertThat(increases.delay()).isZero();
  }

  @Test
  void aClockThatIsHopelesslyBehindLosesNoBytes() {
    OdometerIncreases increases = new OdometerIncreases(DEVNET, NOON);

    increases.add(flushUntil(Instant.MIN.plusSeconds(1), journal(1), 0, 1, hit(7, 1)));

    assertThat(increases.billable().getFirst().servedBy()).isEqualTo(new Epoch(0));
    assertThat(increases.billable().getFirst().totals().cdnBytes()).isEqualTo(ByteCount.of(1));
  }

  @Test
  void aSumThatDoesNotFitIsNoSum() {
    OdometerIncreases increases = new OdometerIncreases(DEVNET, NOON);
    increases.add(flush(journal(1), 0, 1, hit(7, Long.MAX_VALUE)));

    assertThatThrownBy(() -> increases.add(flush(journal(1), 0, 2, hit(7, 1))))
        .isInstanceOf(ArithmeticException.class);
  }
}
