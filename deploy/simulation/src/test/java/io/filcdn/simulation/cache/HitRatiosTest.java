package io.filcdn.simulation.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.filcdn.simulation.cache.HitRatios.Ratio;
import io.filcdn.simulation.cache.HitRatios.Trace;
import java.util.List;
import org.junit.jupiter.api.Test;

class HitRatiosTest {

  private static final Trace TRACE = new Trace(2_000, 0.9, 0.2, 40_000, 3);

  @Test
  void theEdgesPolicyKeepsMoreOfWhatIsAskedForAgainThanLru() {
    for (Ratio ratio : new HitRatios(TRACE).of(List.of(0.05, 0.2))) {
      assertThat(ratio.ours()).isGreaterThan(ratio.lru());
    }
  }

  @Test
  void whereAllFitsOnlyWhatIsAskedForOnceMisses() {
    Ratio all = new HitRatios(TRACE).of(List.of(8.0)).getFirst();

    assertThat(all.ours()).isBetween(0.75, 0.81).isEqualTo(all.lru());
  }

  /** Caffeine lets chance in to a hundredth, so that nobody can foresee what it keeps. */
  @Test
  void theSameSeedHasTheSameRatios() {
    Ratio first = new HitRatios(TRACE).of(List.of(0.1)).getFirst();

    Ratio again = new HitRatios(TRACE).of(List.of(0.1)).getFirst();

    assertThat(again.ours()).isCloseTo(first.ours(), within(0.02));
    assertThat(again.lru()).isEqualTo(first.lru());
  }
}
