package io.filcdn.retrieval;

import io.filcdn.retrieval.usage.LeaseServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;

/** A test of an edge that leases, of a server that stands for metrics. */
abstract class LeasingEdgeTest extends EdgeTest {

  final LeaseServer metrics = metrics();

  private static LeaseServer metrics() {
    try {
      LeaseServer server = new LeaseServer();
      server.shareInAdvance(1_000_000);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("filcdn.retrieval.leases.url", metrics.uri().toString());
    settings.put("filcdn.retrieval.identity.key", identity());
    settings.put("filcdn.retrieval.leases.advance", "1K");
    settings.put("filcdn.retrieval.leases.standing", "3K");
    settings.put("filcdn.retrieval.leases.idle", "1s");
    settings.put("filcdn.retrieval.leases.timeout", "20s");
    settings.put("filcdn.retrieval.leases.renew-every", "100ms");
    return settings;
  }

  private String identity() {
    try {
      return metrics.key(Files.createTempDirectory("filcdn-edge")).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterAll
  void closeMetrics() {
    metrics.close();
  }
}
