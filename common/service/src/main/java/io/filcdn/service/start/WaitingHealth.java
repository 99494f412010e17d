package io.filcdn.service.start;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The health of a service that waits to start, where and as the service tells it later: live, not
 * ready, and what is missing.
 */
final class WaitingHealth implements AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;

  private final HttpServer server;

  private WaitingHealth(HttpServer server) {
    this.server = server;
  }

  /**
   * Answers from now on.
   *
   * @param missing what is waited for, in one line
   * @throws UnusableSettingException where another process listens there
   */
  static WaitingHealth begin(String host, int port, Supplier<String> missing) {
    try {
      HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 0);
      server.createContext("/", exchange -> answer(exchange, missing.get()));
      server.createContext("/q/health/live", exchange -> send(exchange, OK, body("UP", List.of())));
      server.start();
      return new WaitingHealth(server);
    } catch (IOException e) {
      throw new UnusableSettingException(
          "expected port %d of %s to be free, found: %s; choose another with QUARKUS_HTTP_PORT"
              .formatted(port, host, e.getMessage()));
    }
  }

  /** The port, which is chosen where 0 was asked for. */
  int port() {
    return server.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange, String missing) throws IOException {
    Map<String, Object> check =
        Map.of("name", "start", "status", "DOWN", "data", Map.of("missing", missing));
    send(exchange, UNAVAILABLE, body("DOWN", List.of(check)));
  }

  private static byte[] body(String status, List<Map<String, Object>> checks) throws IOException {
    return JSON.writeValueAsBytes(Map.of("status", status, "checks", checks));
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "application/json; charset=UTF-8");
      boolean isHead = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(status, isHead ? -1 : body.length);
      if (!isHead) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
