package io.filcdn.indexer;

import io.filcdn.common.layout.LayoutRules;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutTest {

  @Test
  void roomsFlowOneWay() {
    LayoutRules.check("io.filcdn.indexer", List.of("head", "range", "logs", "reorg", "projection", "store", "publish"));
  }
}
