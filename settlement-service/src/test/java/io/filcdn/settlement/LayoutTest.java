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
            "intake",
            "due",
            "batch",
            "guard",
            "nonce",
            "signing",
            "broadcast",
            "confirmation",
            "publish",
            "contracts",
            "ledger",
            "alarm"));
  }
}
