package io.filcdn.indexer;

import io.filcdn.testing.layout.LayoutRules;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutTest {

  /**
   * In the order data flows, after the jobs and what watches them; at the end what several rooms
   * speak to or speak in, and programs that stand alone.
   */
  @Test
  void roomsFlowOneWay() {
    LayoutRules.check(
        "io.filcdn.indexer",
        List.of(
            "jobs",
            "admin",
            "health",
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
            "chain",
            "topics"));
  }
}
