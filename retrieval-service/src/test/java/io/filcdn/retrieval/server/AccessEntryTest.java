package io.filcdn.retrieval.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessEntryTest {

  private static final Instant TIME = Instant.parse("2026-11-30T23:05:06.123456Z");

  /** A request that one foreign text is everywhere in. */
  static AccessEntry entry(String foreign) {
    return new AccessEntry(
        TIME,
        "192.0.2.0",
        "GET",
        foreign,
        "HTTP/1.1",
        206,
        Optional.of("0xaa"),
        Optional.of("bafk"),
        Optional.of(foreign),
        100,
        Optional.of("hit"),
        Optional.of(1500L),
        2500,
        Optional.of("4bf92f3577b34da6a3ce929d0e0e4736"),
        Optional.of(foreign),
        Optional.of(foreign));
  }

  @Test
  void jsonHasAFieldForEachThingThatIsKnown() {
    assertThat(entry("/bafk").json())
        .isEqualTo(
            "{\"time\":\"2026-11-30T23:05:06.123456Z\",\"client\":\"192.0.2.0\","
                + "\"method\":\"GET\",\"path\":\"/bafk\",\"protocol\":\"HTTP/1.1\",\"status\":206,"
                + "\"payer\":\"0xaa\",\"piece\":\"bafk\",\"range\":\"/bafk\",\"bytes\":100,"
                + "\"outcome\":\"hit\",\"firstByteMicros\":1500,\"totalMicros\":2500,"
                + "\"traceId\":\"4bf92f3577b34da6a3ce929d0e0e4736\"}");
  }

  @Test
  void combinedIsApachesWithFieldsBehindIt() {
    assertThat(entry("/bafk").combined())
        .isEqualTo(
            "192.0.2.0 - 0xaa [30/Nov/2026:23:05:06 +0000] \"GET /bafk HTTP/1.1\" 206 100"
                + " \"/bafk\" \"/bafk\" \"/bafk\" hit 1500 2500"
                + " 4bf92f3577b34da6a3ce929d0e0e4736");
  }

  @Test
  void whatIsNotKnownIsADashOrNotThere() {
    Optional<String> none = Optional.empty();
    AccessEntry bare =
        new AccessEntry(
            TIME,
            "192.0.2.0",
            "GET",
            "/",
            "HTTP/2.0",
            400,
            none,
            none,
            none,
            0,
            none,
            Optional.empty(),
            70,
            none,
            none,
            none);

    assertThat(bare.combined())
        .isEqualTo(
            "192.0.2.0 - - [30/Nov/2026:23:05:06 +0000] \"GET / HTTP/2.0\" 400 0"
                + " \"-\" \"-\" \"-\" - - 70 -");
    assertThat(bare.json()).doesNotContain("payer", "piece", "range", "outcome", "null");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\r\nb",
        "a\n192.0.2.9 - - [x] \"GET / HTTP/1.1\" 200 1",
        "a\",\"status\":200,\"b\":\"",
        "a\\\" b",
        "a\u2028b\u0085c\u001b[2J\u009b2J\u0000",
        "päce 😀"
      })
  void aForeignTextIsOneFieldOfOneLine(String foreign) throws Exception {
    AccessEntry entry = entry(foreign);

    JsonNode json = new ObjectMapper().readTree(entry.json());
    assertThat(json.path("range").asText()).isEqualTo(foreign);
    assertThat(json.path("status").asInt()).isEqualTo(206);
    assertThat(entry.json()).matches("[ -~]+");
    assertThat(entry.combined())
        .matches("192\\.0\\.2\\.0 - 0xaa \\[[^]]+] \"GET [^\"]*\" 206 100( \"[^\"]*\"){3} hit .*")
        .matches("[ -~]+");
  }

  @Test
  void aLongTextIsCut() {
    assertThat(entry("x".repeat(20_000)).json()).hasSizeLessThan(1_500).contains("xxx...\"");
    assertThat(entry("\n".repeat(20_000)).combined()).hasSizeLessThan(9_000);
  }
}
