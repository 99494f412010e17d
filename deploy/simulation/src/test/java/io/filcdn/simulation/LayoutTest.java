package io.filcdn.simulation;

import io.filcdn.testing.layout.LayoutRules;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LayoutTest {

  @Test
  void theSimulationStandsOnEdgesAndMetrics() {
    LayoutRules.check(
        "io.filcdn.simulation",
        List.of("day", "fleet", "cache", "capacity", "traffic"),
        Set.of("retrieval", "metrics"));
  }
}
