package io.filcdn.retrieval;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;

import io.filcdn.testing.infra.InfraResource;
import io.filcdn.testing.process.FreePort;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** The service as Quarkus runs it: listener, health and metrics. */
@QuarkusTest
@QuarkusTestResource(InfraResource.class)
@QuarkusTestResource(EdgeServiceIT.Settings.class)
class EdgeServiceIT {

  @ConfigProperty(name = "filcdn.retrieval.http.port")
  int port;

  @Test
  void isReadyOnceTheIndexIsThere() {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> given().get("/q/health/ready").then().statusCode(200));
    given().get("/q/health/live").then().statusCode(200);
    given().get("/q/metrics").then().statusCode(200).body(containsString("filcdn_journal_records"));
  }

  @Test
  void thePublicPortShowsHealthWhereToldTo() throws IOException {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(given().port(port).get("/q/health/ready").then().extract().statusCode())
                    .isEqualTo(200));
    EdgeClient.Answer unknown =
        new EdgeClient(port).send("GET", "0x" + "aa".repeat(20) + ".localhost", "/x");
    assertThat(unknown.header("X-Error-Code")).isEqualTo("path-unknown");
  }

  /** Where this run listens, and keeps its data. */
  public static final class Settings implements QuarkusTestResourceLifecycleManager {

    @Override
    public Map<String, String> start() {
      try {
        return Map.of(
            "filcdn.network", Path.of("..", "deploy", "networks", "devnet.json").toString(),
            "filcdn.retrieval.http.port", Integer.toString(FreePort.find()),
            "filcdn.retrieval.http.expose-management", "true",
            "filcdn.retrieval.data", Files.createTempDirectory("filcdn-edge").toString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void stop() {
      // the folder is a temporary one
    }
  }
}
