package io.filcdn.metrics.pieces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatencyScaleTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void quantilesAreAtMostNinePerCentTooLong(long seed) {
    Random random = new Random(seed);
    long[] times = random.longs(1000, 1, 5_000_000).sorted().toArray();
    TreeMap<Integer, Long> slots = new TreeMap<>();
    Arrays.stream(times).forEach(time -> slots.merge(LatencyScale.slotOf(time), 1L, Long::sum));

    for (int percent : new int[] {1, 50, 90, 99, 100}) {
      long exact = times[(int) Math.ceil(times.length * percent / 100.0) - 1];
      long told = LatencyScale.quantile(slots, percent / 100.0);
      assertThat(told).isBetween(exact, (long) Math.ceil(exact * 1.0906) + 1);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -5, Long.MIN_VALUE, 1})
  void noTimeIsShorterThanAMicrosecond(long micros) {
    assertThat(LatencyScale.slotOf(micros)).isZero();
  }

  @Test
  void nothingHasNoQuantile() {
    assertThatThrownBy(() -> LatencyScale.quantile(new TreeMap<>(), 0.5))
        .hasMessage("expected at least one slot, found none");
  }
}
