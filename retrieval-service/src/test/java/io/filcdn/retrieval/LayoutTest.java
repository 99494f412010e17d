package io.filcdn.retrieval;

import io.filcdn.testing.layout.LayoutRules;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutTest {

  @Test
  void roomsFlowOneWay() {
    LayoutRules.check(
        "io.filcdn.retrieval",
        List.of(
            "admin",
            "server",
            "response",
            "proof",
            "connection",
            "tls",
            "request",
            "stores",
            "access",
            "admission",
            "cache",
            "origin",
            "verify",
            "tree",
            "delivery",
            "usage",
            "media",
            "follow",
            "database",
            "bytes",
            "refusal",
            "address"));
  }
}
