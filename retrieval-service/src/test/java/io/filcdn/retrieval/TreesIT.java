package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.EdgeClient.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trees that anyone puts are kept where they are right, and told to all edges. */
class TreesIT extends EdgeTest {

  /** Raw bytes of a group of 1 MiB. */
  private static final int GROUP = 1_040_384;

  private static final int GROUPS = 20;
  private static final int TREES_AN_HOUR = 8;
  private static final AtomicInteger NETWORKS = new AtomicInteger();

  @Override
  Map<String, String> settings() {
    return Map.of(
        "filcdn.retrieval.http.proxies", "127.0.0.0/8",
        "filcdn.retrieval.http.body-timeout", "3s",
        "filcdn.retrieval.limits.trees-per-client", Integer.toString(TREES_AN_HOUR));
  }

  /** A client of a network of its own. */
  private static String newClient() {
    return "X-Forwarded-For: 198.51.%d.1".formatted(NETWORKS.incrementAndGet());
  }

  private static String path(PieceCid piece) {
    return "/trees/" + piece;
  }

  private Answer put(PieceCid piece, byte[] tree, String... headers) throws IOException {
    String[] all = headers.length > 0 ? headers : new String[] {newClient()};
    return edge.client().put("localhost", path(piece), tree, all);
  }

  private Answer ask(String method, PieceCid piece) throws IOException {
    return edge.client().send(method, "localhost", path(piece), newClient());
  }

  private TestPiece newPlacedPiece() throws IOException {
    return placed(newPayer(), GROUPS * GROUP - 5);
  }

  @Test
  void aTreeThatIsPutHasAColdRangeFetchItsGroupsOnly() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, GROUPS * GROUP);
    long before = provider.bytesSent();

    Answer first = put(piece.cid(), piece.tree());
    Answer again = put(piece.cid(), piece.tree());
    Answer range = get(payer, piece, "Range: bytes=" + 7 * GROUP + "-" + (7 * GROUP + 9));

    assertThat(first.status()).isEqualTo(201);
    assertThat(again.status()).isEqualTo(204);
    assertThat(range.status()).isEqualTo(206);
    assertThat(range.body())
        .isEqualTo(Arrays.copyOfRange(piece.bytes(), 7 * GROUP, 7 * GROUP + 10));
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().cache().underWay() == 0);
    assertThat(provider.bytesSent() - before).isEqualTo(GROUP);
    assertThat(provider.treeRequestsFor(piece)).isZero();
    assertBilled(payer, 10, GROUP);
  }

  @Test
  void aTreeThatIsPutIsToldToOtherEdgesAndToClients() throws Exception {
    TestPiece piece = newPlacedPiece();
    assertRefused(ask("GET", piece.cid()), 404, "tree-unknown");

    assertThat(put(piece.cid(), piece.tree()).status()).isEqualTo(201);

    Answer known = ask("GET", piece.cid());
    assertThat(known.status()).isEqualTo(200);
    assertThat(known.body()).isEqualTo(piece.tree());
    assertThat(known.header("Cache-Control")).contains("immutable");
    assertThat(known.header("Content-Type")).isEqualTo("application/octet-stream");
    assertThat(ask("HEAD", piece.cid()).header("Content-Length"))
        .isEqualTo(Integer.toString(32 * GROUPS));
    TestEdge other = new TestEdge(kafka, folder.resolve("other-edge"), quota(), settings());
    try {
      await().atMost(Duration.ofSeconds(20)).until(() -> other.edge().knowsTree(piece.cid()));
    } finally {
      other.close();
    }
  }

  @Test
  void aTreeThatIsWrongInOneBitIsRefused() throws Exception {
    TestPiece piece = newPlacedPiece();
    Random random = new Random(3);
    for (int i = 0; i < 20; i++) {
      byte[] wrong = piece.tree();
      wrong[random.nextInt(wrong.length)] ^= (byte) (1 << random.nextInt(8));

      Answer refused = put(piece.cid(), wrong);

      assertRefused(refused, 400, "tree-wrong");
      assertThat(refused.text()).contains("expected hashes with the root");
    }
    assertThat(edge.edge().knowsTree(piece.cid())).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 400, tree-wrong",
    "32, 400, tree-wrong",
    "639, 400, tree-wrong",
    "641, 413, tree-too-large",
    "672, 413, tree-too-large",
    "70000, 413, tree-too-large"
  })
  void aBodyOfAnotherLengthIsRefusedWhetherItIsToldOrNot(int length, int status, String code)
      throws Exception {
    TestPiece piece = newPlacedPiece();
    byte[] body = Arrays.copyOf(piece.tree(), length);

    Answer told = put(piece.cid(), body);
    Answer inChunks;
    try (EdgeClient.Exchange exchange =
        begin(piece.cid(), newClient(), "Transfer-Encoding: chunked")) {
      if (length > 0) {
        exchange.write("%x\r\n".formatted(length).getBytes(StandardCharsets.US_ASCII));
        exchange.write(body);
        exchange.write("\r\n".getBytes(StandardCharsets.US_ASCII));
      }
      exchange.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      inChunks = exchange.rest();
    }

    assertRefused(told, status, code);
    assertRefused(inChunks, status, code);
    assertThat(edge.edge().knowsTree(piece.cid())).isFalse();
  }

  private EdgeClient.Exchange begin(PieceCid piece, String... headers) throws IOException {
    return edge.client().begin("PUT", "localhost", path(piece), headers);
  }

  @Test
  void whatCannotBeTakenIsRefusedBeforeItsBodyIsSent() throws Exception {
    TestPiece unknown = newPiece(GROUPS * GROUP);
    TestPiece piece = newPlacedPiece();
    PieceCid cid = piece.cid();
    PieceCid taller = new PieceCid(cid.commP(), cid.height() + 1, cid.rawSize());
    PieceCid longer = new PieceCid(cid.commP(), cid.height(), cid.rawSize() + 1);

    assertRefused(headOf(unknown.cid(), "640"), 404, "piece-unknown");
    assertRefused(headOf(taller, "640"), 404, "piece-unknown");
    assertRefused(headOf(longer, "640"), 404, "piece-unknown");
    assertRefused(headOf(cid, "10000000000"), 413, "tree-too-large");
    assertRefused(headOf(cid, "9".repeat(18)), 413, "tree-too-large");
    assertRefused(headOf(cid, "639"), 400, "tree-wrong");
    assertRefused(headOf(cid, "640", "Content-Type: text/plain"), 415, "media-type-unsupported");
    assertRefused(headOf(cid, "640", "Content-Encoding: gzip"), 415, "media-type-unsupported");
  }

  /** The answer to a head alone. */
  private Answer headOf(PieceCid piece, String length, String... more) throws IOException {
    String[] headers = Arrays.copyOf(more, more.length + 2);
    headers[more.length] = newClient();
    headers[more.length + 1] = "Content-Length: " + length;
    try (EdgeClient.Exchange exchange = begin(piece, headers)) {
      return exchange.rest();
    }
  }

  @Test
  void whoWaitsToBeAskedForTheBodyIsAskedOrRefused() throws Exception {
    TestPiece piece = newPlacedPiece();
    byte[] tree = piece.tree();
    String length = "Content-Length: " + tree.length;
    try (EdgeClient.Exchange exchange =
        begin(piece.cid(), newClient(), length, "Expect: 100-continue")) {
      assertThat(exchange.head().status()).isEqualTo(100);
      exchange.write(tree);
      exchange.forgetHead();
      assertThat(exchange.rest().status()).isEqualTo(201);
    }
    assertRefused(
        headOf(newPiece(GROUPS * GROUP).cid(), "640", "Expect: 100-continue"),
        404,
        "piece-unknown");
  }

  @Test
  void whoTricklesIsCut() throws Exception {
    TestPiece piece = newPlacedPiece();
    try (EdgeClient.Exchange exchange =
        begin(piece.cid(), newClient(), "Content-Length: " + 32 * GROUPS)) {
      exchange.write(Arrays.copyOf(piece.tree(), 100));

      Answer cut = exchange.rest();

      assertRefused(cut, 408, "body-too-slow");
      assertThat(cut.header("Connection")).isEqualTo("close");
      assertThat(exchange.read(1)).isEmpty();
    }
    assertThat(put(piece.cid(), piece.tree()).status()).isEqualTo(201);
  }

  @Test
  void aBodyThatBreaksOffIsUnreadable() throws Exception {
    TestPiece piece = newPlacedPiece();
    byte[] part = new byte[100];
    try (EdgeClient.Exchange exchange =
        begin(piece.cid(), newClient(), "Content-Length: " + 32 * GROUPS)) {
      exchange.write(part);
      exchange.endInput();
      assertRefused(exchange.rest(), 400, "request-unreadable");
    }
    try (EdgeClient.Exchange exchange =
        begin(piece.cid(), newClient(), "Transfer-Encoding: chunked")) {
      exchange.write("xyz\r\n".getBytes(StandardCharsets.US_ASCII));
      assertRefused(exchange.rest(), 400, "request-unreadable");
    }
    try (EdgeClient.Exchange exchange =
        begin(piece.cid(), newClient(), "Content-Length: " + 32 * GROUPS)) {
      exchange.write(part);
      exchange.reset();
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().requests() == 0);
  }

  @Test
  void aClientPutsAndGetsSoManyAnHourAndOthersHaveTheirs() throws Exception {
    TestPiece piece = newPlacedPiece();
    String client = newClient();
    byte[] wrong = new byte[32 * GROUPS];
    for (int i = 0; i < TREES_AN_HOUR; i++) {
      assertRefused(put(piece.cid(), wrong, client), 400, "tree-wrong");
    }

    Answer refused = put(piece.cid(), piece.tree(), client);
    Answer alsoRefused = edge.client().send("GET", "localhost", path(piece.cid()), client);

    assertRefused(refused, 429, "too-many-trees-of-client");
    assertThat(refused.header("Retry-After")).matches("\\d+");
    assertRefused(alsoRefused, 429, "too-many-trees-of-client");
    assertThat(put(piece.cid(), piece.tree()).status()).isEqualTo(201);
  }

  @Test
  void ofAPieceThatIsKnownByItsRootAloneNoneIsTaken() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = newPiece(2 * GROUP);
    byte[] tree = piece.tree();
    index.place(piece.cid().commP(), payer.address(), payer.dataSet());

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertRefused(put(piece.cid(), tree), 404, "size-unknown"));
    assertThat(edge.edge().knowsTree(piece.cid())).isFalse();
  }

  @Test
  void aPieceOfOneGroupNeedsNone() throws Exception {
    TestPiece piece = placed(newPayer(), GROUP);

    assertThat(put(piece.cid(), piece.tree()).status()).isEqualTo(204);
    assertThat(ask("GET", piece.cid()).text()).contains("a piece of one group needs none");
  }

  @Test
  void whatNamesNoTreeIsRefused() throws Exception {
    TestPiece piece = newPlacedPiece();
    EdgeClient client = edge.client();
    String root = "/trees/" + piece.cid().commP();

    assertRefused(client.send("GET", "localhost", root, newClient()), 404, "size-unknown");
    assertRefused(client.send("GET", "localhost", "/trees/x", newClient()), 404, "path-unknown");
    Answer deleted = client.send("DELETE", "localhost", path(piece.cid()), newClient());
    assertRefused(deleted, 405, "tree-method-not-allowed");
    assertThat(deleted.header("Allow")).isEqualTo("GET, HEAD, PUT, OPTIONS");
    assertRefused(
        client.put(newPayer().address() + ".localhost", "/" + piece.cid(), new byte[5]),
        405,
        "method-not-allowed");
    assertThat(
            client
                .send("OPTIONS", "localhost", path(piece.cid()), newClient())
                .header("Access-Control-Allow-Methods"))
        .contains("PUT");
  }
}
