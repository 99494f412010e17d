package io.filcdn.common.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class SteadyClockTest {

  private static final Instant BEGIN = Instant.parse("2026-12-01T00:00:00Z");

  private long nanos = -5;

  @Test
  void itBeginsWithTheOthersTimeAndGoesOnByItself() {
    Clock steady = new SteadyClock(Clock.fixed(BEGIN, ZoneOffset.UTC), () -> nanos);
    assertThat(steady.instant()).isEqualTo(BEGIN);

    nanos += 3_000_000_000L;

    assertThat(steady.instant()).isEqualTo(BEGIN.plusSeconds(3));
    assertThat(steady.getZone()).isEqualTo(ZoneOffset.UTC);
  }
}
