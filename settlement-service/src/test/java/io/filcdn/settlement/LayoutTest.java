package io.filcdn.settlement;

import io.filcdn.testing.layout.LayoutRules;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutTest {

  @Test
  void roomsFlowOneWay() {
    LayoutRules.check(
        "io.filcdn.settlement",
        List.of(
            "api",
            "monitoring",
            "reconciliation",
            "submission",
            "plan",
            "due",
            "batch",
            "guard",
            "nonce",
            "signing",
            "broadcast",
            "confirmation",
            "intake",
            "publish",
            "contracts",
            "setaside",
            "ledger",
            "replica",
            "model",
            "alarm"));
  }
}
