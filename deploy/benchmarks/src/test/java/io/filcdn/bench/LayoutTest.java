package io.filcdn.bench;

import io.filcdn.testing.layout.LayoutRules;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutTest {

  @Test
  void benchmarksUseTheRoomsBehindThem() {
    LayoutRules.check("io.filcdn.bench", List.of("verify", "retrieval", "run", "report"));
  }
}
