package io.filcdn.testing.provider;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The answers of the demo provider that are no pieces. Each ends the exchange. */
final class Answer {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Answer() {}

  static void json(HttpExchange exchange, int status, Object value) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    send(exchange, status, JSON.writeValueAsBytes(value));
  }

  /** One sentence, as Go's {@code http.Error} sends it. */
  static void text(HttpExchange exchange, int status, String sentence) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    send(exchange, status, (sentence + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** The message of what was thrown, as one sentence. */
  static void text(HttpExchange exchange, int status, Exception thrown) throws IOException {
    text(exchange, status, Objects.requireNonNullElseGet(thrown.getMessage(), thrown::toString));
  }

  /** 201 with the place of what was made. */
  static void created(HttpExchange exchange, String location) throws IOException {
    exchange.getResponseHeaders().set("Location", location);
    empty(exchange, 201);
  }

  /** 302 to another place. */
  static void redirect(HttpExchange exchange, URI to) throws IOException {
    exchange.getResponseHeaders().set("Location", to.toString());
    empty(exchange, 302);
  }

  /** An answer without a body. */
  static void empty(HttpExchange exchange, int status) throws IOException {
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }
}
