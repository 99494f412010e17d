package io.filcdn.retrieval.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * The facts that an access log tells of a request: no header but those named here, and no query,
 * which can hold a credential. All texts are foreign; whatever they hold, an entry is one line.
 *
 * @param time at which its head had come
 * @param client the client's address, or its network's
 * @param path without its query
 * @param range that was asked for
 * @param bytes of the piece that the client's socket took
 * @param outcome where the bytes came from, or the code of the refusal
 * @param firstByteMicros from its head to the first byte that was taken
 * @param micros from its head to its end
 * @param traceId of the trace that it is part of
 * @param referer without its query
 */
record AccessEntry(
    Instant time,
    String client,
    String method,
    String path,
    String protocol,
    int status,
    Optional<String> payer,
    Optional<String> piece,
    Optional<String> range,
    long bytes,
    Optional<String> outcome,
    Optional<Long> firstByteMicros,
    long micros,
    Optional<String> traceId,
    Optional<String> referer,
    Optional<String> userAgent) {

  /** The characters of a foreign text that are written. */
  private static final int LONGEST = 512;

  private static final HexFormat HEX = HexFormat.of();

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private static final DateTimeFormatter COMBINED_TIME =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** Cuts what is foreign before the entry waits: a request's head can be long. */
  AccessEntry {
    method = cut(method);
    path = cut(path);
    range = range.map(AccessEntry::cut);
    referer = referer.map(AccessEntry::cut);
    userAgent = userAgent.map(AccessEntry::cut);
  }

  String json() {
    ObjectNode line = JSON.createObjectNode();
    line.put("time", time.toString());
    line.put("client", client);
    line.put("method", method);
    line.put("path", path);
    line.put("protocol", protocol);
    line.put("status", status);
    payer.ifPresent(it -> line.put("payer", it));
    piece.ifPresent(it -> line.put("piece", it));
    range.ifPresent(it -> line.put("range", it));
    line.put("bytes", bytes);
    outcome.ifPresent(it -> line.put("outcome", it));
    firstByteMicros.ifPresent(it -> line.put("firstByteMicros", it));
    line.put("totalMicros", micros);
    traceId.ifPresent(it -> line.put("traceId", it));
    try {
      return JSON.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers are JSON", e);
    }
  }

  /**
   * Apache's combined format, and behind it range, outcome, the two times in microseconds, and the
   * trace.
   */
  String combined() {
    return "%s - %s [%s] \"%s %s %s\" %d %d %s %s %s %s %s %d %s"
        .formatted(
            client,
            payer.orElse("-"),
            COMBINED_TIME.format(time),
            escaped(method),
            escaped(path),
            protocol,
            status,
            bytes,
            quoted(referer),
            quoted(userAgent),
            quoted(range),
            outcome.orElse("-"),
            firstByteMicros.map(micros -> Long.toString(micros)).orElse("-"),
            micros,
            traceId.orElse("-"));
  }

  private static String quoted(Optional<String> text) {
    return "\"" + text.map(AccessEntry::escaped).orElse("-") + "\"";
  }

  /** As Apache escapes: what is not printable ASCII, quotes and backslashes are {@code \xhh}. */
  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        escaped.append("\\x").append(HEX.toHexDigits(b));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  private static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
  }
}
