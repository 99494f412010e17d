package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The access log of an edge behind a proxy, in JSON. */
class AccessLogIT extends EdgeTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  @Override
  Map<String, String> settings() {
    return Map.of(
        "filcdn.retrieval.access-log.format", "json",
        "filcdn.retrieval.access-log.file", log().toString(),
        "filcdn.retrieval.http.proxies", "127.0.0.0/8");
  }

  private Path log() {
    return folder.resolve("access.log");
  }

  /** The lines about a piece, once there are so many. */
  private List<JsonNode> lines(TestPiece piece, int count) throws IOException {
    String name = piece.cid().toString();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> Files.readString(log()).lines().filter(l -> l.contains(name)).count() >= count);
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(log())) {
      if (line.contains(name)) {
        lines.add(JSON.readTree(line));
      }
    }
    return lines;
  }

  @Test
  void eachRequestIsALine() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 5_000);
    get(payer, piece);

    get(
        payer,
        piece,
        "Range: bytes=10-109",
        "X-Forwarded-For: 203.0.113.77",
        "traceparent: 00-" + TRACE + "-00f067aa0ba902b7-01");

    JsonNode miss = lines(piece, 2).getFirst();
    assertThat(miss.path("outcome").asText()).isEqualTo("miss");
    assertThat(miss.path("bytes").asLong()).isEqualTo(5_000);
    assertThat(miss.has("range")).isFalse();
    JsonNode hit = lines(piece, 2).getLast();
    assertThat(hit.path("payer").asText()).isEqualTo(payer.address().toString());
    assertThat(hit.path("piece").asText()).isEqualTo(piece.cid().toString());
    assertThat(hit.path("path").asText()).isEqualTo("/" + piece.cid());
    assertThat(hit.path("client").asText()).isEqualTo("203.0.113.0");
    assertThat(hit.path("range").asText()).isEqualTo("bytes=10-109");
    assertThat(hit.path("status").asInt()).isEqualTo(206);
    assertThat(hit.path("bytes").asLong()).isEqualTo(100);
    assertThat(hit.path("outcome").asText()).isEqualTo("hit");
    assertThat(hit.path("protocol").asText()).isEqualTo("HTTP/1.1");
    assertThat(hit.path("traceId").asText()).isEqualTo(TRACE);
    assertThat(hit.path("firstByteMicros").asLong())
        .isBetween(1L, hit.path("totalMicros").asLong());
  }

  @Test
  void noCredentialIsInALine() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = newPiece(9);
    String host = payer.address() + ".localhost";

    edge.client()
        .send(
            "GET",
            host,
            "/" + piece.cid() + "?token=secret-of-a-query",
            "Authorization: Bearer secret-of-a-header",
            "Referer: https://app.example/page?token=secret-of-a-page",
            "Cookie: a=secret-of-a-cookie",
            "traceparent: secret-of-a-trace");

    JsonNode refused = lines(piece, 1).getFirst();
    assertThat(refused.path("path").asText()).isEqualTo("/" + piece.cid());
    assertThat(refused.path("bytes").asLong()).isZero();
    assertThat(refused.path("outcome").asText()).isNotEmpty();
    assertThat(Files.readString(log())).doesNotContain("secret");
  }
}
