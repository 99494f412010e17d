package io.filcdn.metrics;

import static org.awaitility.Awaitility.await;

import io.filcdn.testing.bench.BenchReport;
import io.filcdn.testing.process.FreePort;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The speed at which the packaged service reserves and commits credit; by name: {@code
 * -Dit.test=CreditBench}.
 */
class CreditBench {

  private static final String ADMIN_TOKEN = "operators-know-this";

  private static final Duration READY = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  void reservingAndCommitting() throws Exception {
    BenchReport report = new BenchReport("credits");
    try (TestStack stack = new TestStack()) {
      int port = FreePort.find();
      Process service =
          ServiceProcess.start(
              stack,
              ServiceProcess.MEASURED,
              folder.resolve("output.log"),
              Map.of(
                  "FILCDN_NETWORK",
                  Path.of("..", "deploy", "networks", "devnet.json").toString(),
                  "FILCDN_ADMIN_TOKEN",
                  ADMIN_TOKEN,
                  "QUARKUS_HTTP_PORT",
                  Integer.toString(port)));
      try (HttpClient http = HttpClient.newHttpClient()) {
        await().atMost(READY).until(() -> ServiceProcess.isReady(port));
        new CreditCases(http, port, ADMIN_TOKEN).measure(report);
      } finally {
        service.destroyForcibly().waitFor();
      }
    }
    report
        .note("service, Kafka, Postgres and this harness share the machine; start not counted")
        .write();
  }
}
