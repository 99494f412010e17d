package io.filcdn.indexer.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadinessProbeTest {

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    answer("/ready", 200, "{}");
    answer("/waiting", 503, "the index is behind");
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void allReadyIsReady() {
    assertThat(ask("/ready", "/ready")).isTrue();
  }

  @Test
  void oneThatIsNotReadyIsNamedWithItsReasonAndTheRestIsStillAsked() {
    assertThat(ask("/waiting", "/ready")).isFalse();
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("/waiting is not ready: the index is behind", "/ready is ready");
  }

  @Test
  void oneThatDoesNotAnswerIsNotReady() {
    server.stop(0);

    assertThat(ask("/ready")).isFalse();
    assertThat(said.toString(StandardCharsets.UTF_8)).contains("/ready does not answer");
  }

  private boolean ask(String... paths) {
    return ReadinessProbe.ask(
        List.of(paths).stream()
            .map(path -> URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path))
            .toList(),
        new PrintStream(said, true, StandardCharsets.UTF_8));
  }

  private void answer(String path, int status, String body) {
    server.createContext(
        path,
        exchange -> {
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
  }
}
