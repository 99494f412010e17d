package io.filcdn.common.layout;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutTest {

  private static final List<String> ROOMS =
      List.of(
          "start",
          "kafka",
          "lease",
          "egress",
          "index",
          "usage",
          "network",
          "payment",
          "chain",
          "piece",
          "identity");

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
}
