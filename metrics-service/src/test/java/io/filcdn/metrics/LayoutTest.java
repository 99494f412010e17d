package io.filcdn.metrics;

import io.filcdn.testing.layout.LayoutRules;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutTest {

  /** What edges tell comes in by intake, what people ask by query; both end at the odometers. */
  @Test
  void roomsFlowOneWay() {
    LayoutRules.check(
        "io.filcdn.metrics",
        List.of(
            "admin",
            "housekeeping",
            "repair",
            "leases",
            "policies",
            "credits",
            "accounts",
            "counting",
            "intake",
            "query",
            "pages",
            "publish",
            "quota",
            "statement",
            "pieces",
            "series",
            "odometer",
            "identity",
            "wallets",
            "audit",
            "json"));
  }
}
