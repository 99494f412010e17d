package io.filcdn.service.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

class WaitingHealthTest {

  private static final String HOST = "127.0.0.1";

  @Test
  void aServiceThatWaitsIsLiveAndNotReadyAndSaysWhy() throws Exception {
    try (WaitingHealth health = WaitingHealth.begin(HOST, 0, WaitingHealthTest::missing);
        HttpClient client = HttpClient.newHttpClient()) {
      assertThat(get(client, health, "/q/health/live").statusCode()).isEqualTo(200);
      HttpResponse<String> ready = get(client, health, "/q/health/ready");
      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(new JsonMapper().readTree(ready.body()).at("/checks/0/data/missing").asText())
          .isEqualTo("waiting for Postgres at db: refused");
      assertThat(get(client, health, "/api/v1/data-sets").statusCode()).isEqualTo(503);
    }
  }

  @Test
  void aPortThatIsTakenIsNamed() {
    try (WaitingHealth first = WaitingHealth.begin(HOST, 0, WaitingHealthTest::missing)) {
      assertThatThrownBy(() -> WaitingHealth.begin(HOST, first.port(), WaitingHealthTest::missing))
          .isInstanceOf(UnusableSettingException.class)
          .hasMessageContainingAll("port " + first.port(), "QUARKUS_HTTP_PORT");
    }
  }

  private static String missing() {
    return "waiting for Postgres at db: refused";
  }

  private static HttpResponse<String> get(HttpClient client, WaitingHealth health, String path)
      throws Exception {
    URI url = URI.create("http://%s:%d%s".formatted(HOST, health.port(), path));
    return client.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString());
  }
}
