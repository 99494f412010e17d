package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.chain.Address;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.testing.infra.Infra;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An edge whose disk takes nothing: a file stands where a folder is to be, or the process may have
 * no larger files.
 */
class FullDiskIT {

  private static final Address PAYER = Address.of("0x" + "aa".repeat(20));
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private Path folder;

  private Infra infra;
  private TestIndex index;
  private TestProvider provider;
  private @Nullable EdgeProcess started;
  private Path data;
  private long servedBytes;

  @BeforeEach
  void open() throws Exception {
    infra = Infra.start();
    index = new TestIndex(infra.kafka());
    provider = new TestProvider();
    index.provider("fwss/1", provider.url()).dataSet("fwss/1", PAYER, "fwss/1");
    data = Files.createDirectories(folder.resolve("data"));
  }

  @AfterEach
  void close() throws Exception {
    edge().close();
    provider.close();
    index.close();
    infra.close();
  }

  private EdgeProcess edge() {
    return Objects.requireNonNull(started);
  }

  private TestPiece placed(int size, long seed) {
    TestPiece piece = TestPiece.random(size, seed);
    provider.with(piece);
    index.place(piece, PAYER, "fwss/1");
    return piece;
  }

  private String readiness() {
    return edge().management("GET", "/q/health/ready").map(HttpResponse::body).orElse("");
  }

  private String metrics() {
    return edge().management("GET", "/q/metrics").map(HttpResponse::body).orElse("");
  }

  private Answer get(TestPiece piece) throws IOException {
    return edge().client().get(PAYER, "/" + piece.cid());
  }

  private long egressBytes() {
    return index.egress().stream()
        .flatMap(record -> record.rows().stream())
        .mapToLong(row -> row instanceof EgressRow.Egress egress ? egress.egressBytes().bytes() : 0)
        .sum();
  }

  @Test
  void whereTheCacheCannotBeUsedPiecesPassThroughAndAreCountedUntilItCan() throws Exception {
    Files.createFile(data.resolve("cache"));
    started = new EdgeProcess(infra.kafka(), data, Map.of());
    edge().awaitReady();
    TestPiece piece = placed(300_000, 1);
    await().atMost(SOON).until(() -> get(piece).status() == 200);

    Answer passed = get(piece);

    assertThat(passed.body()).isEqualTo(piece.bytes());
    assertThat(passed.header("Cache-Status")).isEqualTo("filcdn; fwd=miss");
    assertThat(readiness()).contains("pieces pass through unstored");
    assertThat(metrics())
        .contains(
            "filcdn_disk_usable{folder=\"cache\"} 0.0", "filcdn_disk_usable{folder=\"data\"} 1.0");
    await().atMost(SOON).until(() -> egressBytes() == 600_000);

    Files.delete(data.resolve("cache"));

    await().atMost(SOON).until(() -> !readiness().contains("unstored"));
    await().atMost(SOON).until(() -> get(piece).header("Cache-Status").equals("filcdn; hit"));
    assertThat(metrics()).contains("filcdn_disk_usable{folder=\"cache\"} 1.0");
  }

  @Test
  void whereTheJournalCannotBeOpenedNothingIsServedUntilItCan() throws Exception {
    Files.createFile(data.resolve("journal"));
    started = new EdgeProcess(infra.kafka(), data, Map.of());
    TestPiece piece = placed(1_000, 2);
    await().atMost(SOON).until(() -> edge().status("/q/health/live") == 200);
    await().atMost(SOON).until(() -> readiness().contains("the data folder cannot be used"));

    Answer refused = get(piece);

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.header("X-Error-Code")).isEqualTo("cannot-record");
    assertThat(refused.header("Retry-After")).isNotEmpty();
    assertThat(edge().status("/q/health/ready")).isEqualTo(503);
    assertThat(metrics()).contains("filcdn_disk_usable{folder=\"data\"} 0.0");

    Files.delete(data.resolve("journal"));

    edge().awaitReady();
    await().atMost(SOON).until(() -> get(piece).status() == 200);
    assertThat(get(piece).body()).isEqualTo(piece.bytes());
  }

  @Test
  void aDiskThatRefusedWritesIsWrittenAgainOnceItTakesThem() throws Exception {
    started = new EdgeProcess(infra.kafka(), data, Map.of());
    edge().awaitReady();
    TestPiece piece = placed(300_000, 3);
    await().atMost(SOON).until(() -> served(piece));

    edge().limitFiles("1");
    await().atMost(SOON).until(() -> !served(piece));
    assertThat(get(piece).header("X-Error-Code")).isEqualTo("cannot-record");
    TestPiece later = placed(1_000, 4);
    edge().limitFiles("unlimited");

    await().atMost(SOON).until(() -> served(later));
    assertThat(get(piece).status()).isEqualTo(200);
    await().atMost(SOON).until(() -> egressBytes() == servedBytes + 300_000);
  }

  @Test
  void anEdgeServesWithoutAnAccessLogUntilItsFileCanBeWritten() throws Exception {
    Path logs = Files.createFile(data.resolve("logs"));
    Path log = logs.resolve("access.log");
    started =
        new EdgeProcess(
            infra.kafka(),
            data,
            Map.of(
                "filcdn.retrieval.access-log.format",
                "json",
                "filcdn.retrieval.access-log.file",
                log.toString()));
    edge().awaitReady();
    TestPiece piece = placed(1_000, 5);
    await().atMost(SOON).until(() -> served(piece));

    assertThat(metrics()).contains("filcdn_disk_usable{folder=\"access-log\"} 0.0");
    await().atMost(SOON).until(() -> metrics().lines().anyMatch(FullDiskIT::showsADroppedLine));

    Files.delete(logs);

    await().atMost(SOON).until(() -> served(piece) && Files.exists(log) && Files.size(log) > 0);
    assertThat(Files.readString(log)).contains(piece.cid().toString());
    await()
        .atMost(SOON)
        .until(() -> metrics().contains("filcdn_disk_usable{folder=\"access-log\"} 1.0"));
  }

  private static boolean showsADroppedLine(String metric) {
    return metric.startsWith("filcdn_access_log_dropped_total ")
        && Double.parseDouble(metric.substring(metric.indexOf(' '))) > 0;
  }

  private boolean served(TestPiece piece) throws IOException {
    Answer answer = get(piece);
    servedBytes += answer.status() == 200 ? answer.body().length : 0;
    return answer.status() == 200;
  }
}
