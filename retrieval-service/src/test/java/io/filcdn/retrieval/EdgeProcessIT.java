package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.chain.Address;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.testing.infra.Infra;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service as a process: how it drains, and what its operator can do. */
class EdgeProcessIT {

  private static final Address PAYER = Address.of("0x" + "aa".repeat(20));
  private static final String TOKEN = "operators only";

  @TempDir private Path folder;

  private Infra infra;
  private TestIndex index;
  private TestProvider provider;
  private EdgeProcess edge;

  @BeforeEach
  void open() throws Exception {
    infra = Infra.start();
    index = new TestIndex(infra.kafka());
    provider = new TestProvider();
    index.provider("fwss/1", provider.url()).dataSet("fwss/1", PAYER, "fwss/1");
    Files.createDirectories(folder.resolve("data"));
    edge =
        new EdgeProcess(
            infra.kafka(),
            folder.resolve("data"),
            Map.of("filcdn.admin.token", TOKEN, "filcdn.retrieval.http.drain-timeout", "20s"));
    edge.awaitReady();
  }

  @AfterEach
  void close() throws Exception {
    edge.close();
    provider.close();
    index.close();
    infra.close();
  }

  private TestPiece placed(int size, long seed) {
    TestPiece piece = TestPiece.random(size, seed);
    provider.with(piece);
    PlacementRecord placement = index.place(piece, PAYER, "fwss/1");
    edge.awaitPlaced(placement);
    return piece;
  }

  private long egressBytes() {
    return index.egress().stream()
        .flatMap(record -> record.rows().stream())
        .mapToLong(row -> row instanceof EgressRow.Egress egress ? egress.egressBytes().bytes() : 0)
        .sum();
  }

  @Test
  void onSigtermRunningResponsesFinishNewOnesAreSentAwayAndTheJournalDrains() throws Exception {
    TestPiece piece = placed(1_000_000, 1);
    TestPiece other = placed(10, 2);
    CountDownLatch goOn = new CountDownLatch(1);
    provider.fail(piece, new TestProvider.Fault.WaitsAfter(500_000, goOn));

    try (EdgeClient.Exchange running =
        edge.client().begin("GET", PAYER + ".localhost", "/" + piece.cid())) {
      assertThat(running.read(400_000)).hasSize(400_000);
      edge.terminate();
      await().atMost(Duration.ofSeconds(15)).until(() -> edge.status("/q/health/ready") == 503);
      Answer refused = edge.client().get(PAYER, "/" + other.cid());
      goOn.countDown();

      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("X-Error-Code")).isEqualTo("draining");
      assertThat(refused.header("Connection")).isEqualTo("close");
      assertThat(running.read(600_000))
          .isEqualTo(Arrays.copyOfRange(piece.bytes(), 400_000, 1_000_000));
    }
    edge.awaitEnd();
    assertThat(egressBytes()).isEqualTo(1_000_000);
  }

  @Test
  void anOperatorPurgesAPieceWithATokenAndNotOnThePublicPort() throws Exception {
    TestPiece piece = placed(100_000, 3);
    edge.client().get(PAYER, "/" + piece.cid());
    String path = "/api/v1/admin/pieces/" + piece.cid();
    String host = PAYER + ".localhost";
    String authorized = "Authorization: Bearer " + TOKEN;

    var stranger = edge.management("DELETE", path).orElseThrow();
    assertThat(stranger.statusCode()).isEqualTo(401);
    assertThat(stranger.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    assertThat(stranger.body()).contains("\"code\":\"token-unknown\"");
    assertThat(
            edge.management("DELETE", path, "Authorization", "Bearer other")
                .orElseThrow()
                .statusCode())
        .isEqualTo(401);
    assertThat(edge.client().send("DELETE", host, path, authorized).status()).isEqualTo(405);
    assertThat(edge.client().send("GET", host, path, authorized).status()).isEqualTo(404);
    assertThat(edge.client().send("GET", host, "/q/metrics").status()).isEqualTo(404);
    assertThat(edge.client().get(PAYER, "/" + piece.cid()).header("Cache-Status"))
        .isEqualTo("filcdn; hit");

    var purged = edge.management("DELETE", path, "Authorization", "Bearer " + TOKEN).orElseThrow();
    var bad =
        edge.management("DELETE", "/api/v1/admin/pieces/x", "Authorization", "Bearer " + TOKEN)
            .orElseThrow();

    assertThat(purged.statusCode()).isEqualTo(200);
    assertThat(purged.body()).contains("\"wasCached\":true", piece.cid().toString());
    assertThat(bad.statusCode()).isEqualTo(400);
    assertThat(bad.body()).contains("\"code\":\"piece-malformed\"");
    Answer again = edge.client().get(PAYER, "/" + piece.cid());
    assertThat(again.header("Cache-Status")).isEqualTo("filcdn; fwd=miss; stored");
    assertThat(again.body()).isEqualTo(piece.bytes());
  }

  @Test
  void whatAProviderSaysIsOneLineOfTheLog() throws Exception {
    TestPiece piece = placed(10, 5);
    // of the characters that command a terminal, one that Netty lets pass
    String escape = "\u009b2J bytes";
    provider.fail(piece, new TestProvider.Fault.Answers(206, "Content-Range", escape));

    assertThat(edge.client().get(PAYER, "/" + piece.cid()).status()).isEqualTo(502);

    Path log = folder.resolve("log");
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> Files.readString(log).contains("fails piece " + piece.cid()));
    assertThat(Files.readString(log)).contains("\\u009b2J bytes").doesNotContain(escape);
  }

  @Test
  void metricsTellOfTheJournalTheReplicaAndTheRetrievals() throws Exception {
    TestPiece piece = placed(10, 4);
    edge.client().get(PAYER, "/" + piece.cid());

    assertThat(edge.management("GET", "/q/metrics").orElseThrow().body())
        .contains(
            "filcdn_journal_records",
            "filcdn_replica_lag_records",
            "filcdn_cache_disk_failures",
            "filcdn_denylist_entries",
            "filcdn_requests",
            "filcdn_retrievals_seconds_count{");
  }
}
