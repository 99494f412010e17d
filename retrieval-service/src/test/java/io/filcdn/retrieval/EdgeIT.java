package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.retrieval.usage.Quota;
import io.filcdn.testing.infra.Infra;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EdgeIT {

  private static final Address PAYER = Address.of("0x" + "aa".repeat(20));
  private static final Address OTHER_PAYER = Address.of("0x" + "bb".repeat(20));
  private static final Address SANCTIONED = Address.of("0x" + "cc".repeat(20));

  private Infra infra;
  private TestIndex index;
  private TestEdge edge;
  private TestProvider provider;
  private TestProvider secondProvider;

  @BeforeAll
  void open(@TempDir Path folder) throws Exception {
    infra = Infra.start();
    index = new TestIndex(infra.kafka());
    edge =
        new TestEdge(
            infra.kafka(),
            folder.resolve("edge"),
            Quota.UNLIMITED,
            Map.of("filcdn.retrieval.origin.mismatch", "1ms"));
    provider = new TestProvider();
    secondProvider = new TestProvider();
    index
        .provider("fwss/1", provider.url())
        .provider("fwss/2", secondProvider.url())
        .provider("fwss/3", "http://127.0.0.1:1")
        .dataSet("fwss/1", PAYER, "fwss/1")
        .dataSet("fwss/2", OTHER_PAYER, "fwss/2")
        .dataSet("fwss/3", PAYER, "fwss/1", false, Optional.empty())
        .dataSet("fwss/4", PAYER, "fwss/1", true, Optional.of(new Epoch(1)))
        .dataSet("fwss/5", PAYER, "fwss/9")
        .dataSet("fwss/6", SANCTIONED, "fwss/1")
        .dataSet("fwss/7", PAYER, "fwss/3")
        .dataSet("fwss/8", PAYER, "fwss/2")
        .sanctioned(SANCTIONED);
  }

  @AfterAll
  void close() throws Exception {
    edge.close();
    index.close();
    infra.close();
    provider.close();
    secondProvider.close();
  }

  /** A piece that the first provider has and the payer has placed. */
  private TestPiece placed(int size, long seed) throws Exception {
    TestPiece piece = TestPiece.random(size, seed);
    provider.with(piece);
    place(piece, PAYER, "fwss/1");
    return piece;
  }

  private PlacementRecord place(TestPiece piece, Address payer, String dataSet) throws Exception {
    PlacementRecord placement = index.place(piece, payer, dataSet);
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.isPlaced(placement));
    return placement;
  }

  private Answer head(Address payer, TestPiece piece) throws Exception {
    return edge.client().send("HEAD", payer + ".localhost", "/" + piece.cid());
  }

  @Test
  void aPieceIsFetchedOnceAndIsAHitFromThenOn() throws Exception {
    TestPiece piece = placed(300_000, 1);
    int before = provider.requests();

    Answer first = edge.client().get(PAYER, "/" + piece.cid());
    Answer second = edge.client().get(PAYER, "/" + piece.cid());

    assertThat(first.status()).isEqualTo(200);
    assertThat(first.body()).isEqualTo(piece.bytes());
    assertThat(first.header("Cache-Status")).isEqualTo("filcdn; fwd=miss; stored");
    assertThat(first.header("ETag")).isEqualTo("\"" + piece.cid() + "\"");
    assertThat(first.header("X-Data-Set-ID")).isEqualTo("1");
    assertThat(second.body()).isEqualTo(piece.bytes());
    assertThat(second.header("Cache-Status")).isEqualTo("filcdn; hit");
    assertThat(provider.requests() - before).isEqualTo(1);
  }

  @Test
  void bothSpellingsAndTheSdksPathNameTheSamePiece() throws Exception {
    TestPiece piece = placed(5_000, 2);

    for (String path :
        List.of(
            "/" + piece.cid(),
            "/piece/" + piece.cid(),
            "/" + piece.cid().commP(),
            "/piece/" + piece.cid().commP())) {
      assertThat(edge.client().get(PAYER, path).body()).isEqualTo(piece.bytes());
    }
    Answer pathStyle = edge.client().send("GET", "localhost", "/" + PAYER + "/" + piece.cid());
    assertThat(pathStyle.body()).isEqualTo(piece.bytes());
    assertThat(pathStyle.header("Content-Security-Policy")).startsWith("sandbox");
  }

  @Test
  void aHeadFetchesNothing() throws Exception {
    TestPiece piece = placed(70_000, 3);
    int before = provider.requests();

    Answer head = head(PAYER, piece);

    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Length")).isEqualTo("70000");
    assertThat(head.header("Accept-Ranges")).isEqualTo("bytes");
    assertThat(provider.requests()).isEqualTo(before);
  }

  @Test
  void aRangeOfAColdPieceIsThatRange() throws Exception {
    TestPiece piece = placed(400_000, 4);

    Answer part = edge.client().get(PAYER, "/" + piece.cid(), "Range: bytes=1000-199999");
    Answer suffix = edge.client().get(PAYER, "/" + piece.cid(), "Range: bytes=-10");
    Answer behind = edge.client().get(PAYER, "/" + piece.cid(), "Range: bytes=400000-");

    assertThat(part.status()).isEqualTo(206);
    assertThat(part.header("Content-Range")).isEqualTo("bytes 1000-199999/400000");
    assertThat(part.body()).isEqualTo(Arrays.copyOfRange(piece.bytes(), 1_000, 200_000));
    assertThat(suffix.body()).isEqualTo(Arrays.copyOfRange(piece.bytes(), 399_990, 400_000));
    assertThat(behind.status()).isEqualTo(416);
    assertThat(behind.header("Content-Range")).isEqualTo("bytes */400000");
  }

  @Test
  void refusalsSayWhyAndAreNotStored() throws Exception {
    TestPiece placed = placed(1_000, 5);
    TestPiece unknown = TestPiece.random(1_000, 6);
    TestPiece cdnOff = TestPiece.random(1_000, 7);
    place(cdnOff, PAYER, "fwss/3");
    TestPiece railEnded = TestPiece.random(1_000, 8);
    place(railEnded, PAYER, "fwss/4");
    TestPiece providerless = TestPiece.random(1_000, 9);
    index.place(providerless, PAYER, "fwss/5");
    TestPiece ofSanctioned = TestPiece.random(1_000, 10);
    place(ofSanctioned, SANCTIONED, "fwss/6");
    TestPiece unreachable = TestPiece.random(1_000, 11);
    place(unreachable, PAYER, "fwss/7");
    TestPiece notThere = TestPiece.random(1_000, 12);
    place(notThere, PAYER, "fwss/1");

    assertRefused(edge.client().get(PAYER, "/" + unknown.cid()), 404, "piece-unknown");
    assertRefused(edge.client().get(OTHER_PAYER, "/" + placed.cid()), 402, "no-deal");
    assertRefused(edge.client().get(PAYER, "/" + cdnOff.cid()), 402, "cdn-off");
    assertRefused(edge.client().get(PAYER, "/" + railEnded.cid()), 402, "rail-ended");
    await()
        .untilAsserted(
            () ->
                assertRefused(
                    edge.client().get(PAYER, "/" + providerless.cid()), 404, "provider-unknown"));
    assertRefused(edge.client().get(SANCTIONED, "/" + ofSanctioned.cid()), 403, "payer-sanctioned");
    assertRefused(edge.client().get(PAYER, "/" + unreachable.cid()), 502, "origin-failed");
    assertRefused(edge.client().get(PAYER, "/" + notThere.cid()), 404, "piece-gone");
    assertRefused(edge.client().get(PAYER, "/bafkqaaa"), 404, "path-unknown");
    assertRefused(
        edge.client().send("GET", "example.org", "/" + placed.cid()), 400, "host-unknown");
    assertRefused(
        edge.client().send("GET", "0x12.localhost", "/" + placed.cid()), 400, "host-unknown");
    assertRefused(
        edge.client().send("POST", PAYER + ".localhost", "/" + placed.cid()),
        405,
        "method-not-allowed");
  }

  private static void assertRefused(Answer answer, int status, String code) {
    assertThat(answer.header("X-Error-Code")).isEqualTo(code);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    assertThat(answer.text()).contains(".\n");
  }

  @Test
  void aProblemIsJsonWhereJsonIsAskedFor() throws Exception {
    Answer answer =
        edge.client().get(PAYER, "/" + TestPiece.random(9, 13).cid(), "Accept: application/json");

    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.text())
        .isEqualTo(
            """
            {"type":"about:blank","title":"Not Found","status":404,"code":"piece-unknown","detail":"No data set holds this piece."}""");
  }

  @Test
  void aRemovedPieceIsUnknown() throws Exception {
    TestPiece piece = TestPiece.random(1_000, 14);
    provider.with(piece);
    PlacementRecord placement = place(piece, PAYER, "fwss/1");
    assertThat(edge.client().get(PAYER, "/" + piece.cid()).status()).isEqualTo(200);

    index.remove(placement);

    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> assertRefused(edge.client().get(PAYER, "/" + piece.cid()), 404, "piece-unknown"));
  }

  @Test
  void whoHasTheBytesAlreadyGets304() throws Exception {
    TestPiece piece = placed(1_000, 15);

    Answer answer =
        edge.client()
            .get(PAYER, "/" + piece.cid(), "If-None-Match: \"x\", W/\"" + piece.cid() + "\"");

    assertThat(answer.status()).isEqualTo(304);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void tenColdClientsCauseOneFetch() throws Exception {
    TestPiece piece = TestPiece.random(2_000_000, 16);
    CountDownLatch goOn = new CountDownLatch(1);
    provider.with(piece, new TestProvider.Fault.WaitsAfter(500_000, goOn));
    place(piece, PAYER, "fwss/1");
    int before = provider.requests();

    List<EdgeClient.Exchange> clients = new java.util.ArrayList<>();
    for (int i = 0; i < 10; i++) {
      clients.add(edge.client().begin("GET", PAYER + ".localhost", "/" + piece.cid()));
    }
    for (EdgeClient.Exchange client : clients) {
      assertThat(client.read(400_000)).isEqualTo(Arrays.copyOf(piece.bytes(), 400_000));
    }
    goOn.countDown();

    for (EdgeClient.Exchange client : clients) {
      byte[] rest = client.read(1_600_000);
      assertThat(rest).isEqualTo(Arrays.copyOfRange(piece.bytes(), 400_000, 2_000_000));
      client.close();
    }
    assertThat(provider.requests() - before).isEqualTo(1);
  }

  @Test
  void aProviderThatDiesMidwayIsReplacedByTheNext() throws Exception {
    TestPiece piece = TestPiece.random(3_000_000, 17);
    provider.with(piece, new TestProvider.Fault.DiesAfter(1_234_567));
    secondProvider.with(piece);
    place(piece, PAYER, "fwss/1");
    place(piece, PAYER, "fwss/8");

    Answer answer = edge.client().get(PAYER, "/" + piece.cid());

    assertThat(answer.body()).isEqualTo(piece.bytes());
  }

  @Test
  void wrongBytesAreCutForgottenAndNotBilled() throws Exception {
    TestPiece piece = TestPiece.random(1_000_000, 18);
    provider.with(piece, new TestProvider.Fault.WrongByte(10));
    place(piece, PAYER, "fwss/1");

    Answer wrong = edge.client().get(PAYER, "/" + piece.cid());

    assertThat(wrong.whole()).isFalse();
    assertThat(wrong.body().length).isLessThanOrEqualTo(1_000_000 - 65_536);
    provider.heal(piece.cid());
    Answer right = edge.client().get(PAYER, "/" + piece.cid());
    assertThat(right.header("Cache-Status")).contains("fwd=miss");
    assertThat(right.body()).isEqualTo(piece.bytes());
  }

  @Test
  void emptyPiecesNeedNoProvider() throws Exception {
    TestPiece piece = TestPiece.of(new byte[0]);
    place(piece, PAYER, "fwss/7");

    Answer answer = edge.client().get(PAYER, "/" + piece.cid());

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Length")).isEqualTo("0");
  }

  @Test
  void typesAreToldFromTheBytes() throws Exception {
    TestPiece text =
        TestPiece.of(
            "ein Text, so lang er will: äöü\n"
                .repeat(20)
                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    TestPiece picture =
        TestPiece.of(
            java.util.HexFormat.of()
                .parseHex(
                    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02"
                        + "0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"));
    provider.with(text).with(picture);
    place(text, PAYER, "fwss/1");
    place(picture, PAYER, "fwss/1");

    for (int i = 0; i < 2; i++) {
      assertThat(edge.client().get(PAYER, "/" + text.cid()).header("Content-Type"))
          .isEqualTo("text/plain; charset=utf-8");
      assertThat(edge.client().get(PAYER, "/" + picture.cid()).header("Content-Type"))
          .isEqualTo("image/png");
    }
  }

  @Test
  void theCacheAndTheIndexOutliveARestart() throws Exception {
    TestPiece piece = placed(50_000, 19);
    edge.client().get(PAYER, "/" + piece.cid());
    int before = provider.requests();

    edge.restart();
    Answer answer = edge.client().get(PAYER, "/" + piece.cid());

    assertThat(answer.body()).isEqualTo(piece.bytes());
    assertThat(answer.header("Cache-Status")).isEqualTo("filcdn; hit");
    assertThat(provider.requests()).isEqualTo(before);
  }

  @Test
  void everyByteThatASocketTookIsARow() throws Exception {
    Address payer = Address.of("0x" + "dd".repeat(20));
    String paying = "fwss/20";
    index.dataSet(paying, payer, "fwss/1");
    TestPiece piece = TestPiece.random(8_000_000, 20);
    provider.with(piece);
    place(piece, payer, paying);
    TestPiece lie = TestPiece.random(500_000, 21);
    provider.with(lie, new TestProvider.Fault.WrongByte(499_999));
    place(lie, payer, paying);

    assertThat(edge.client().get(payer, "/" + piece.cid()).whole()).isTrue();
    assertThat(edge.client().get(payer, "/" + piece.cid(), "Range: bytes=10-1000009").whole())
        .isTrue();
    int seen;
    try (var aborted = edge.client().begin("GET", payer + ".localhost", "/" + piece.cid())) {
      seen = aborted.read(100_000).length;
    }
    int unbilled = edge.client().get(payer, "/" + lie.cid()).body().length;
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                rows(paying, EgressRow.Egress.class).stream().mapToLong(r -> r.requests()).sum()
                        == 3
                    && rows(paying, EgressRow.Unbilled.class).stream()
                            .mapToLong(r -> r.requests())
                            .sum()
                        == 1);

    List<EgressRow.Egress> egress = rows(paying, EgressRow.Egress.class);
    assertThat(bytes(egress, CacheOutcome.MISS)).isEqualTo(8_000_000);
    long hits = bytes(egress, CacheOutcome.HIT);
    assertThat(hits - 1_000_000).isBetween((long) seen, 7_999_999L);
    assertThat(rows(paying, EgressRow.Fill.class))
        .extracting(row -> row.fillBytes().bytes())
        .containsExactly(8_000_000L);
    assertThat(
            rows(paying, EgressRow.Unbilled.class).stream()
                .mapToLong(row -> row.unbilledBytes().bytes())
                .sum())
        .isEqualTo(unbilled);
    assertSequencesAreDense(index.egress());
  }

  private <T extends EgressRow> List<T> rows(String dataSet, Class<T> type) {
    return index.egress().stream()
        .flatMap(record -> record.rows().stream())
        .filter(row -> row.dataSet().toString().equals(dataSet))
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  private static long bytes(List<EgressRow.Egress> rows, CacheOutcome outcome) {
    return rows.stream()
        .filter(row -> row.cache() == outcome)
        .mapToLong(row -> row.egressBytes().bytes())
        .sum();
  }

  private static void assertSequencesAreDense(List<EgressRecord> records) {
    records.stream()
        .collect(
            java.util.stream.Collectors.groupingBy(
                record -> record.journal() + "/" + record.partition()))
        .values()
        .forEach(
            journal ->
                assertThat(journal)
                    .extracting(EgressRecord::sequence)
                    .containsExactlyElementsOf(
                        java.util.stream.LongStream.rangeClosed(1, journal.size())
                            .boxed()
                            .toList()));
  }
}
