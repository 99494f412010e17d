package io.filcdn.testing.provider;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * A request of the PDP API, as far as it tells what is wanted.
 *
 * @param method of HTTP
 * @param path what follows the API's own, in its parts
 */
record PdpRequest(String method, List<String> path) {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** The most that a body of JSON may be: two hundred pieces with all their metadata. */
  private static final int MOST_JSON = 1 << 20;

  static PdpRequest of(HttpExchange exchange, String prefix) {
    String rest = exchange.getRequestURI().getPath().substring(prefix.length());
    List<String> path = Stream.of(rest.split("/")).filter(part -> !part.isEmpty()).toList();
    return new PdpRequest(exchange.getRequestMethod(), path);
  }

  /** True where it has this method, and this path, in which a star stands for any part. */
  boolean is(String wantedMethod, String... wantedPath) {
    if (!method.equals(wantedMethod) || path.size() != wantedPath.length) {
      return false;
    }
    for (int i = 0; i < wantedPath.length; i++) {
      if (!wantedPath[i].equals("*") && !wantedPath[i].equals(path.get(i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * The number that a part of the path is.
   *
   * @throws IllegalArgumentException where it is none
   */
  long number(int part) {
    try {
      return Long.parseUnsignedLong(path.get(part));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "expected a number, found \"%s\"".formatted(path.get(part)), e);
    }
  }

  /**
   * The body as JSON.
   *
   * @throws IllegalArgumentException where it is none, or too large
   */
  static JsonNode json(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MOST_JSON + 1);
    if (body.length > MOST_JSON) {
      throw new IllegalArgumentException("expected at most %d bytes of JSON".formatted(MOST_JSON));
    }
    try {
      return JSON.readTree(body);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("expected JSON, found " + e.getOriginalMessage(), e);
    }
  }

  /**
   * The piece that the field {@code pieceCid} names.
   *
   * @throws IllegalArgumentException where it is no PieceCID v2
   */
  static PieceCid pieceCid(JsonNode json) {
    return PieceCid.parse(json.path("pieceCid").asText());
  }

  /**
   * The bytes of the field {@code extraData}, which is hex with {@code 0x} or without; none where
   * it is absent.
   *
   * @throws IllegalArgumentException where it is no hex
   */
  static byte[] extraData(JsonNode json) {
    String hex = json.path("extraData").asText();
    return HexFormat.of().parseHex(hex.startsWith("0x") ? hex.substring(2) : hex);
  }
}
