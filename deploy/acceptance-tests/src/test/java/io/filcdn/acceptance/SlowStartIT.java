package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.infra.EmbeddedPostgres;
import io.filcdn.testing.process.FreePort;
import io.filcdn.testing.process.Http;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Services as they are packaged, started before what they need, or with what they cannot use. */
@Tag("slow")
class SlowStartIT {

  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final List<String> WITH_DATABASE = List.of("indexer", "metrics", "settlement");
  private static final String NOBODY_LISTENS = "127.0.0.1:9";

  @TempDir Path folder;

  private final List<Process> processes = new ArrayList<>();
  private final Http http = new Http();

  @AfterEach
  void end() throws InterruptedException {
    http.close();
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
  }

  /** A service that was started, and where it answers and logs. */
  private record Started(String name, Process process, int port, Path log) {

    String health(String what) {
      return "http://127.0.0.1:%d/q/health/%s".formatted(port, what);
    }

    String said() {
      try {
        return Files.readString(log);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void servicesWaitForTheirDatabaseLiveAndNotReadyAndStartOnceItIsThere() throws IOException {
    // once before, so that it comes back with roles and databases
    EmbeddedPostgres.start(folder.resolve("postgres"), 0).close();
    int port = FreePort.find();
    List<Started> all = new ArrayList<>();
    for (String name : WITH_DATABASE) {
      all.add(start(name, Map.of("QUARKUS_DATASOURCE_JDBC_URL", url(port, name, name))));
    }
    for (Started service : all) {
      String awaited = "waiting for Postgres at 127.0.0.1:%d/%s".formatted(port, service.name);
      await().atMost(LIMIT).until(() -> status(service, "live") == 200);
      assertThat(status(service, "ready")).isEqualTo(503);
      assertThat(http.ask(service.health("ready")).map(HttpResponse::body).orElse(""))
          .contains(awaited)
          .doesNotContain("password");
      assertThat(service.said()).contains(awaited).doesNotContain("password");
    }

    try (EmbeddedPostgres _ = EmbeddedPostgres.start(folder.resolve("postgres"), port)) {
      for (Started service : all) {
        await()
            .atMost(LIMIT)
            .until(() -> service.said().contains("Listening on") || !service.process.isAlive());
        assertThat(status(service, "live")).as(service.said()).isEqualTo(200);
        assertThat(service.said())
            .contains(
                "Postgres at 127.0.0.1:%d/%s is there".formatted(port, service.name),
                "Kafka at %s does not answer".formatted(NOBODY_LISTENS));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"retrieval"})
  void theEdgeWaitsForAnAddressOfKafkasName(String name) throws IOException {
    Started edge = start(name, Map.of("KAFKA_BOOTSTRAP_SERVERS", "kafka.nowhere.invalid:9092"));

    await().atMost(LIMIT).until(() -> status(edge, "live") == 200);
    assertThat(status(edge, "ready")).isEqualTo(503);
    assertThat(edge.said()).contains("waiting for Kafka at kafka.nowhere.invalid:9092");
  }

  @ParameterizedTest
  @CsvSource({
    "metrics, metrics, nobody, 'role \"nobody\" does not exist'",
    "indexer, nothing, indexer, 'database \"nothing\" does not exist'"
  })
  void whatWaitingDoesNotMendEndsAServiceWithOneLine(
      String name, String database, String role, String found) throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder.resolve("postgres"), 0)) {
      assertThat(
              ending(name, Map.of("QUARKUS_DATASOURCE_JDBC_URL", postgres.jdbcUrl(database, role))))
          .contains(found, "QUARKUS_DATASOURCE_JDBC_URL");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "indexer, FILCDN_NETWORK, /nowhere.json, /nowhere.json",
    "retrieval, FILCDN_NETWORK, /nowhere.json, /nowhere.json",
    "metrics, KAFKA_BOOTSTRAP_SERVERS, kafka, HOST:PORT",
    "settlement, QUARKUS_DATASOURCE_JDBC_URL, postgres://db/x, jdbc:postgresql:"
  })
  void aSettingThatCannotBeUsedEndsAServiceWithOneLine(
      String name, String setting, String value, String expected) throws Exception {
    assertThat(ending(name, Map.of(setting, value))).contains(expected);
  }

  /** The only line that a service says before it ends by itself. */
  private String ending(String name, Map<String, String> more) throws Exception {
    Started service = start(name, more);
    assertThat(service.process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(service.process.exitValue()).as(service.said()).isEqualTo(1);
    assertThat(service.said().lines()).as(service.said()).hasSize(1);
    assertThat(service.said()).startsWith(name + " does not start: ");
    return service.said();
  }

  private Started start(String name, Map<String, String> more) throws IOException {
    int port = FreePort.find();
    Path log = folder.resolve(name + ".log");
    Path jar = Path.of("../../%s-service/target/quarkus-app/quarkus-run.jar".formatted(name));
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                jar.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    Map<String, String> settings = new HashMap<>();
    settings.put("FILCDN_NETWORK", Path.of("../networks/devnet.json").toString());
    settings.put("FILCDN_OPERATOR_KEY", DevnetAccount.OPERATOR.privateKey());
    settings.put("FILCDN_RETRIEVAL_DATA", folder.resolve("edge").toString());
    settings.put("FILCDN_RETRIEVAL_LEASES_SERVE_WITHOUT_LIMIT", "true");
    settings.put("KAFKA_BOOTSTRAP_SERVERS", NOBODY_LISTENS);
    settings.put("QUARKUS_DATASOURCE_JDBC_URL", url(9, name, name));
    settings.put("QUARKUS_HTTP_HOST", "127.0.0.1");
    settings.put("QUARKUS_HTTP_PORT", Integer.toString(port));
    settings.putAll(more);
    builder.environment().putAll(settings);
    Process process = builder.start();
    processes.add(process);
    return new Started(name, process, port, log);
  }

  private int status(Started service, String what) {
    return http.ask(service.health(what)).map(HttpResponse::statusCode).orElse(0);
  }

  private static String url(int port, String database, String role) {
    return "jdbc:postgresql://127.0.0.1:%d/%s?user=%s&password=%s"
        .formatted(port, database, role, role);
  }
}
