package io.filcdn.simulation.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZipfTest {

  private static final int RANKS = 50;
  private static final int DRAWS = 200_000;

  @ParameterizedTest
  @ValueSource(doubles = {0.8, 1.0, 1.2})
  void ranksComeAsOftenAsTheLawSays(double exponent) {
    SplittableRandom random = new SplittableRandom(5);
    Zipf zipf = new Zipf(RANKS, exponent);
    int[] counts = new int[RANKS];

    for (int i = 0; i < DRAWS; i++) {
      counts[Math.toIntExact(zipf.draw(random) - 1)]++;
    }

    double[] shares = Zipf.shares(RANKS, exponent);
    for (int rank = 0; rank < RANKS; rank++) {
      assertThat((double) counts[rank] / DRAWS).isCloseTo(shares[rank], within(0.005));
    }
  }
}
