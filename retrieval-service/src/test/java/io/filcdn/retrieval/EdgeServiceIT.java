package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;

import io.filcdn.testing.infra.Infra;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The service as it is packaged: listeners, health and metrics. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EdgeServiceIT {

  private Infra infra;
  private EdgeProcess edge;

  @BeforeAll
  void open(@TempDir Path folder) throws IOException {
    infra = Infra.start();
    edge =
        new EdgeProcess(
            infra.kafka(),
            Files.createDirectories(folder.resolve("data")),
            Map.of("filcdn.retrieval.http.expose-management", "true"));
    edge.awaitReady();
  }

  @AfterAll
  void close() {
    edge.close();
    infra.close();
  }

  @Test
  void isReadyOnceTheIndexIsThere() {
    edge.given().get("/q/health/ready").then().statusCode(200);
    edge.given().get("/q/health/live").then().statusCode(200);
    edge.given()
        .get("/q/metrics")
        .then()
        .statusCode(200)
        .body(containsString("filcdn_journal_records"));
  }

  @Test
  void eachMetricIsDescribedAndKafkasClientsShowNone() {
    String shown = edge.given().get("/q/metrics").asString();

    assertThat(names("# TYPE", shown)).hasSizeGreaterThan(30).isSubsetOf(names("# HELP", shown));
    assertThat(shown).doesNotContain("# TYPE kafka");
  }

  private static Set<String> names(String mark, String shown) {
    return shown
        .lines()
        .filter(line -> line.startsWith(mark + " filcdn_"))
        // the greatest value of a timer comes with the timer
        .map(line -> line.split(" ", 4)[2].replaceFirst("_max$", ""))
        .collect(Collectors.toSet());
  }

  @Test
  void anEdgeWithoutLeasesDoesNotStartUnlessItMayServeWithoutLimit(@TempDir Path folder)
      throws Exception {
    try (EdgeProcess other =
        new EdgeProcess(
            infra.kafka(),
            Files.createDirectories(folder.resolve("data")),
            Map.of("filcdn.retrieval.leases.serve-without-limit", "false"))) {
      other.awaitEnd();
    }

    assertThat(Files.readString(folder.resolve("log")))
        .contains(
            "retrieval does not start: expected filcdn.retrieval.leases.url, the address of"
                + " metrics",
            "filcdn.retrieval.leases.serve-without-limit=true",
            "found neither");
  }

  @Test
  void thePublicPortShowsHealthWhereToldTo() throws IOException {
    EdgeClient.Answer health = edge.client().send("GET", "localhost", "/q/health/ready");
    EdgeClient.Answer unknown =
        edge.client().send("GET", "0x" + "aa".repeat(20) + ".localhost", "/x");

    assertThat(health.status()).isEqualTo(200);
    assertThat(unknown.header("X-Error-Code")).isEqualTo("path-unknown");
  }
}
