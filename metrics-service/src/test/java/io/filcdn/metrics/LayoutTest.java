package io.filcdn.metrics;

import io.filcdn.common.layout.LayoutRules;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutTest {

  @Test
  void roomsFlowOneWay() {
    LayoutRules.check("io.filcdn.metrics", List.of("intake", "odometer", "quota", "query"));
  }
}
