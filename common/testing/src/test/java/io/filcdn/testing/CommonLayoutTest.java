package io.filcdn.testing;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.testing.layout.LayoutRules;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommonLayoutTest {

  private static final List<String> ROOMS =
      List.of(
          "kafka",
          "lease",
          "egress",
          "index",
          "access",
          "credit",
          "usage",
          "network",
          "payment",
          "chain",
          "proof",
          "piece",
          "identity",
          "digest",
          "time");

  @Test
  void commonIsWordsThatKnowOnlySmallerWords() {
    LayoutRules.check("io.filcdn.common", ROOMS);
  }

  @Test
  void aRoomThatKnowsOneBeforeItIsFound() {
    assertThatThrownBy(() -> LayoutRules.check("io.filcdn.common", ROOMS.reversed()))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("rooms know only the rooms behind them");
  }

  @Test
  void nodesAndTheAbiKnowNothingOfEachOther() {
    LayoutRules.check("io.filcdn.chain", List.of("rpc", "abi"));
    LayoutRules.check("io.filcdn.chain", List.of("abi", "rpc"));
  }

  @Test
  void whatTestsShareFlowsOneWay() {
    LayoutRules.check(
        "io.filcdn.testing",
        List.of(
            "provider",
            "chain",
            "infra",
            "browser",
            "process",
            "tracing",
            "bench",
            "layout",
            "time",
            "tls"));
  }
}
