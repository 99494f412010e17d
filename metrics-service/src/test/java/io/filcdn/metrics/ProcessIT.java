package io.filcdn.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.kafka.Topic;
import io.filcdn.metrics.intake.SourceRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service as a process of its own. */
class ProcessIT {

  private static final Duration SOON = Duration.ofMinutes(2);

  private static final TestStack stack = new TestStack();

  @TempDir Path folder;

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  @Test
  void totalsAreExactWhereTheProcessIsKilledAgainAndAgain() throws Exception {
    Simulation simulation = new Simulation(11, 5, 4, 60);
    for (SourceRecord record : simulation.sent()) {
      stack.send(Topic.EGRESS, record.partition(), "journal", record.value());
    }

    for (int kills = 1; kills <= 3; kills++) {
      long before = applied();
      Process process = start(Path.of("..", "deploy", "networks", "devnet.json"));
      await().atMost(SOON).until(() -> applied() > before || !process.isAlive());
      assertThat(process.isAlive()).as(this::printed).isTrue();
      process.destroyForcibly().waitFor();
    }
    Process process = start(Path.of("..", "deploy", "networks", "devnet.json"));
    try {
      await().atMost(SOON).until(() -> applied() == 5 * 4 * 60);
    } finally {
      process.destroy();
    }

    assertThat(
            stack.rows(
                "select data_set, cdn_bytes, cache_miss_bytes, requests, cache_miss_requests"
                    + " from odometer order by data_set"))
        .isEqualTo(simulation.odometers());
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(printed()).contains("stopped in").doesNotContain("ERROR");
  }

  @Test
  void aBrokenNetworkFileEndsTheStartWithOneLine() throws Exception {
    Path network = Files.writeString(folder.resolve("network.json"), "{\"name\":\"x\"}");

    Process process = start(network);

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(printed().lines())
        .singleElement()
        .isEqualTo(
            "network file %s: contracts.pdpVerifier: expected a text, found nothing"
                .formatted(network));
  }

  /** The sum of all watermarks: the number of records that were counted. */
  private static long applied() {
    return Long.parseLong(
        stack.rows("select coalesce(sum(sequence), 0) from watermark").getFirst());
  }

  private Process start(Path network) throws IOException {
    return ServiceProcess.start(
        stack,
        output(),
        Map.of(
            "FILCDN_NETWORK",
            network.toString(),
            "FILCDN_METRICS_INTAKE_MAX_RECORDS",
            "20",
            "FILCDN_METRICS_INTAKE_MAX_WAIT",
            "50ms",
            "QUARKUS_HTTP_PORT",
            "0"));
  }

  private Path output() {
    return folder.resolve("output.log");
  }

  private String printed() {
    try {
      return Files.readString(output());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
