package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;

import com.sun.net.httpserver.HttpServer;
import io.filcdn.common.chain.Address;
import io.filcdn.testing.infra.Infra;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The service as it is packaged: listeners, health, metrics and traces. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EdgeServiceIT {

  private static final Address PAYER = Address.of("0x" + "aa".repeat(20));
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  /** The bytes that came to the collector of traces, each a character. */
  private final Queue<String> traces = new ConcurrentLinkedQueue<>();

  private Infra infra;
  private HttpServer collector;
  private EdgeProcess edge;

  @BeforeAll
  void open(@TempDir Path folder) throws IOException {
    infra = Infra.start();
    collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/",
        exchange -> {
          byte[] spans = exchange.getRequestBody().readAllBytes();
          traces.add(new String(spans, StandardCharsets.ISO_8859_1));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    Map<String, String> settings = new HashMap<>();
    settings.put("filcdn.retrieval.http.expose-management", "true");
    settings.put("quarkus.otel.sdk.disabled", "false");
    settings.put("quarkus.otel.exporter.otlp.protocol", "http/protobuf");
    settings.put(
        "quarkus.otel.exporter.otlp.endpoint",
        "http://127.0.0.1:" + collector.getAddress().getPort());
    settings.put("quarkus.otel.bsp.schedule.delay", "100ms");
    edge =
        new EdgeProcess(infra.kafka(), Files.createDirectories(folder.resolve("data")), settings);
    edge.awaitReady();
  }

  @AfterAll
  void close() {
    edge.close();
    collector.stop(0);
    infra.close();
  }

  @Test
  void isReadyOnceTheIndexIsThere() {
    edge.given().get("/q/health/ready").then().statusCode(200);
    edge.given().get("/q/health/live").then().statusCode(200);
    edge.given()
        .get("/q/metrics")
        .then()
        .statusCode(200)
        .body(containsString("filcdn_journal_records"));
  }

  @Test
  void eachMetricIsDescribedAndKafkasClientsShowNone() {
    String shown = edge.given().get("/q/metrics").asString();

    assertThat(names("# TYPE", shown)).hasSizeGreaterThan(30).isSubsetOf(names("# HELP", shown));
    assertThat(shown).doesNotContain("# TYPE kafka");
  }

  private static Set<String> names(String mark, String shown) {
    return shown
        .lines()
        .filter(line -> line.startsWith(mark + " filcdn_"))
        // the greatest value of a timer comes with the timer
        .map(line -> line.split(" ", 4)[2].replaceFirst("_max$", ""))
        .collect(Collectors.toSet());
  }

  @Test
  void aProvidersFetchIsInTheClientsTraceAndNoSpanHasAQuery() throws Exception {
    try (TestIndex index = new TestIndex(infra.kafka());
        TestProvider provider = new TestProvider()) {
      index.provider("fwss/1", provider.url()).dataSet("fwss/1", PAYER, "fwss/1");
      TestPiece piece = TestPiece.random(1_000, 1);
      provider.with(piece);
      edge.awaitPlaced(index.place(piece, PAYER, "fwss/1"));

      edge.client()
          .send(
              "GET",
              PAYER + ".localhost",
              "/" + piece.cid() + "?filename=secret-of-a-query",
              "traceparent: 00-" + TRACE + "-00f067aa0ba902b7-01");

      // the span of the request, and that of the fetch
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> String.join("", traces).split(Pattern.quote(bytes(TRACE)), -1).length > 2);
      assertThat(String.join("", traces))
          .contains(provider.url() + "/piece/" + piece.cid(), "url.query")
          .doesNotContain("secret-of-a-query");
    }
  }

  private static String bytes(String hex) {
    return new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1);
  }

  @Test
  void anEdgeWithoutLeasesDoesNotStartUnlessItMayServeWithoutLimit(@TempDir Path folder)
      throws Exception {
    try (EdgeProcess other =
        new EdgeProcess(
            infra.kafka(),
            Files.createDirectories(folder.resolve("data")),
            Map.of("filcdn.retrieval.leases.serve-without-limit", "false"))) {
      other.awaitEnd();
    }

    assertThat(Files.readString(folder.resolve("log")))
        .contains(
            "retrieval does not start: expected filcdn.retrieval.leases.url, the address of"
                + " metrics",
            "filcdn.retrieval.leases.serve-without-limit=true",
            "found neither");
  }

  @Test
  void thePublicPortShowsHealthWhereToldTo() throws IOException {
    EdgeClient.Answer health = edge.client().send("GET", "localhost", "/q/health/ready");
    EdgeClient.Answer unknown =
        edge.client().send("GET", "0x" + "aa".repeat(20) + ".localhost", "/x");

    assertThat(health.status()).isEqualTo(200);
    assertThat(unknown.header("X-Error-Code")).isEqualTo("path-unknown");
  }
}
