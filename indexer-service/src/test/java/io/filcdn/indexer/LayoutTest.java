package io.filcdn.indexer;

import io.filcdn.testing.layout.LayoutRules;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutTest {

  /** In the order data flows; at the end what several rooms speak to or speak in. */
  @Test
  void roomsFlowOneWay() {
    LayoutRules.check(
        "io.filcdn.indexer",
        List.of(
            "hint",
            "head",
            "reorg",
            "recheck",
            "range",
            "logs",
            "projection",
            "screening",
            "query",
            "store",
            "publish",
            "postgres",
            "rpc",
            "chain"));
  }
}
