package io.filcdn.service;

import io.filcdn.testing.layout.LayoutRules;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutTest {

  @Test
  void roomsFlowOneWay() {
    LayoutRules.check(
        "io.filcdn.service",
        List.of(
            "log",
            "monitoring",
            "start",
            "openapi",
            "auth",
            "paging",
            "problem",
            "kafka",
            "schedule",
            "tracing",
            "http",
            "database"));
  }
}
