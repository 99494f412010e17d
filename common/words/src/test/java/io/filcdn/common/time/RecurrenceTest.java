package io.filcdn.common.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class RecurrenceTest {

  private static final Duration EVERY = Duration.ofMinutes(10);
  private static final Instant BEGIN = Instant.parse("2026-12-01T00:00:00Z");

  private Instant now = BEGIN;
  private final Recurrence recurrence = new Recurrence(EVERY, BEGIN, new Moved());

  private final class Moved extends Clock {

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @Test
  void itsTurnComesAgainAfterThatTime() {
    assertThat(recurrence.isDue()).isTrue();

    recurrence.done();

    assertThat(recurrence.isDue()).isFalse();
    now = BEGIN.plus(EVERY);
    assertThat(recurrence.isDue()).isTrue();
  }

  @Test
  void aClockThatWasAheadAndIsPutRightDoesNotPutItOff() {
    now = BEGIN.plus(Duration.ofDays(1));
    recurrence.done();

    now = BEGIN;

    assertThat(recurrence.isDue()).isTrue();
    recurrence.done();
    assertThat(recurrence.isDue()).isFalse();
  }

  @Test
  void aFirstTurnThatIsTooFarAwayIsNow() {
    assertThat(new Recurrence(EVERY, BEGIN.plus(EVERY), new Moved()).isDue()).isFalse();
    assertThat(new Recurrence(EVERY, BEGIN.plus(Duration.ofDays(1)), new Moved()).isDue()).isTrue();
  }
}
