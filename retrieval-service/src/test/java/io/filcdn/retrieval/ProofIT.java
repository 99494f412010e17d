package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.chain.Address;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.RangeProof;
import io.filcdn.common.proof.RangeVerifier;
import io.filcdn.retrieval.EdgeClient.Answer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Proofs of ranges: by themselves, and with the part that they are of. */
class ProofIT extends EdgeTest {

  /** Raw bytes of a group of 1 MiB, and of one of 16 KiB. */
  private static final int GROUP = 1_040_384;

  private static final int SMALL = 16_256;

  private Answer proof(Payer payer, PieceCid piece, String query, String... headers)
      throws IOException {
    return edge.client().get(payer.address(), "/" + piece + "/proof" + query, headers);
  }

  private Answer proof(Payer payer, TestPiece piece, String query, String... headers)
      throws IOException {
    return proof(payer, piece.cid(), query, headers);
  }

  /** A piece that was fetched once, so that its tree is known. */
  private TestPiece fetched(Payer payer, int size) throws IOException {
    TestPiece piece = placed(payer, size);
    assertThat(get(payer, piece).body()).isEqualTo(piece.bytes());
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().cache().fills() == 0);
    return piece;
  }

  private static void verify(PieceCid piece, byte[] proof, byte[] bytes) {
    RangeVerifier verifier = new RangeVerifier(piece, RangeProof.read(proof));
    verifier.update(ByteBuffer.wrap(bytes));
    verifier.finish();
  }

  /** Holds a proof to the bytes that it says it is of; the first and the last of them. */
  private static long[] verified(TestPiece piece, Answer answer) {
    assertThat(answer.status()).isEqualTo(200);
    String[] range = answer.header("Piece-Proof-Range").split("-");
    long first = Long.parseLong(range[0]);
    long last = Long.parseLong(range[1]);
    verify(
        piece.cid(), answer.body(), Arrays.copyOfRange(piece.bytes(), (int) first, (int) last + 1));
    return new long[] {first, last};
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 127, 500_000, GROUP - 1, GROUP, GROUP + 1, 3 * GROUP, 5 * GROUP + 77_777})
  void everyRangeIsProvedByTheGroupsThatHoldIt(int size) throws Exception {
    Payer payer = newPayer();
    TestPiece piece = fetched(payer, size);
    Random random = new Random(size);

    for (int i = 0; i < 20; i++) {
      long first = random.nextInt(size);
      long last = first + random.nextInt((int) (size - first));
      long[] proved = verified(piece, proof(payer, piece, "?first=" + first + "&last=" + last));
      assertThat(proved)
          .containsExactly(first / GROUP * GROUP, Math.min(size, (last / GROUP + 1) * GROUP) - 1);
    }
    long end = size - 1L;
    assertThat(verified(piece, proof(payer, piece, "?first=" + end + "&last=" + end)))
        .containsExactly(end / GROUP * GROUP, end);
    for (String whole : List.of("", "?", "?first=0", "?last=99999999999", "?first=0&last=" + end)) {
      assertThat(verified(piece, proof(payer, piece, whole))).containsExactly(0, end);
    }
  }

  @Test
  void groupsOfOtherSizesAreProvedWhereTheirBytesAreCached() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = fetched(payer, 3 * GROUP + 5_000);
    Random random = new Random(3);

    for (int i = 0; i < 20; i++) {
      long first = random.nextInt(piece.bytes().length);
      long last = Math.min(piece.bytes().length - 1, first + random.nextInt(100_000));
      String range = "?first=" + first + "&last=" + last + "&group=";
      assertThat(verified(piece, proof(payer, piece, range + 14)))
          .containsExactly(
              first / SMALL * SMALL,
              Math.min(piece.bytes().length, (last / SMALL + 1) * SMALL) - 1);
      verified(piece, proof(payer, piece, range + (15 + random.nextInt(8))));
    }
  }

  @Test
  void ofAPieceOfWhichSomeGroupsAreHereThoseAreProvedBySmallerOnes() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = fetched(payer, 3 * GROUP);
    edge.edge().cache().purge(piece.cid());
    String middle = "?first=" + (GROUP + 5) + "&last=" + (GROUP + 6);

    verified(piece, proof(payer, piece, middle));
    assertRefused(proof(payer, piece, middle + "&group=14"), 404, "groups-not-cached");
    assertThat(get(payer, piece, "Range: bytes=%d-%d".formatted(GROUP, GROUP)).status())
        .isEqualTo(206);

    assertThat(verified(piece, proof(payer, piece, middle + "&group=14")))
        .containsExactly(GROUP, GROUP + SMALL - 1);
    assertRefused(proof(payer, piece, "?first=5&last=6&group=14"), 404, "groups-not-cached");
  }

  @Test
  void aPieceWhoseBytesRottedOnTheDiskIsNotProvedAndLeavesTheCache() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = fetched(payer, 2 * GROUP);
    String cid = piece.cid().toString();
    Path file =
        edge.data().resolve(Path.of("cache", "pieces", cid.substring(cid.length() - 2), cid));
    byte[] wrong = piece.bytes().clone();
    wrong[GROUP + 99] ^= 1;
    Files.write(file, wrong, StandardOpenOption.WRITE);

    assertRefused(
        proof(payer, piece, "?first=%d&last=%<d&group=14".formatted(GROUP + SMALL)),
        404,
        "groups-not-cached");

    assertThat(isCold(piece)).isTrue();
    assertThat(get(payer, piece).body()).isEqualTo(piece.bytes());
  }

  @Test
  void aProofIsFreeAndHasAHeadForCachesAndBrowsers() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = fetched(payer, 4 * GROUP);

    Answer answer = proof(payer, piece, "?first=%d&last=%<d".formatted(2 * GROUP));
    Answer head =
        edge.client()
            .send(
                "HEAD",
                payer.address() + ".localhost",
                "/%s/proof?first=%d&last=%<d".formatted(piece.cid(), 2 * GROUP));

    assertThat(answer.header("Content-Type")).isEqualTo("application/cbor");
    assertThat(answer.header("ETag")).isEqualTo("\"" + piece.cid() + "/proof/20/2/1\"");
    assertThat(answer.header("Cache-Control")).isEqualTo("public, max-age=31536000, immutable");
    assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("*");
    assertThat(answer.header("Access-Control-Expose-Headers"))
        .contains("Piece-Proof", "Piece-Proof-Range", "Repr-Digest");
    assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(answer.body()).hasSizeLessThan(200);
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.headers()).isEqualTo(answer.headers());
    assertBilled(payer, 4 * GROUP, 4 * GROUP);
    assertThat(index.retrievals())
        .filteredOn(record -> record.payer().equals(payer.address()))
        .hasSize(1);
  }

  @Test
  void whoHasTheProofGets304() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 4 * GROUP);
    String etag = "\"" + piece.cid() + "/proof/20/0/1\"";

    Answer same = proof(payer, piece, "?last=7", "If-None-Match: \"x\", " + etag);

    assertThat(same.status()).isEqualTo(304);
    assertThat(same.header("ETag")).isEqualTo(etag);
    assertRefused(proof(payer, piece, "?last=7", "If-Match: \"x\""), 412, "precondition-failed");
    assertRefused(
        proof(payer, piece, "?last=" + GROUP, "If-None-Match: " + etag), 404, "tree-unknown");
    assertThat(provider.requestsFor(piece)).isZero();
  }

  @Test
  void aPieceThatNobodyFetchedHasNoProofYetUnlessItIsOneGroup() throws Exception {
    Payer payer = newPayer();
    TestPiece large = placed(payer, GROUP + 1);
    TestPiece small = placed(payer, GROUP);

    assertRefused(proof(payer, large, "?first=0&last=0"), 404, "tree-unknown");
    verified(small, proof(payer, small, "?first=0&last=0"));
    assertRefused(proof(payer, small, "?first=0&last=0&group=14"), 404, "groups-not-cached");

    assertThat(provider.requestsFor(large)).isZero();
    assertThat(provider.requestsFor(small)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "?first=3000000, 416, range-unsatisfiable",
    "?first=999999999999999999, 416, range-unsatisfiable",
    "?first=2&last=1, 400, proof-malformed",
    "?first=-1, 400, proof-malformed",
    "?first=, 400, proof-malformed",
    "?first=x, 400, proof-malformed",
    "?first=1.5, 400, proof-malformed",
    "?first=1&first=2, 400, proof-malformed",
    "?last=9999999999999999999, 400, proof-malformed",
    "?group=13, 400, proof-malformed",
    "?group=23, 400, proof-malformed",
    "?group=99999999999, 400, proof-malformed",
    "?first=%zz, 400, proof-malformed"
  })
  void whatIsNoRangeOfThePieceIsRefused(String query, int status, String code) throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 3_000_000);

    Answer answer = proof(payer, piece, query);

    assertRefused(answer, status, code);
    assertThat(answer.header("Content-Range")).isEqualTo(status == 416 ? "bytes */3000000" : "");
  }

  @Test
  void anEmptyPieceHasNothingToProve() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 0);

    assertRefused(proof(payer, piece, ""), 416, "range-unsatisfiable");
  }

  @Test
  void aProofIsRefusedAsThePieceIs() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);
    Payer stranger = newPayer();
    Payer sanctioned = newPayer();
    place(piece, sanctioned.address(), sanctioned.dataSet());
    index.sanctioned(sanctioned.address());
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> get(sanctioned, piece).header("X-Error-Code").equals("payer-sanctioned"));
    String path = "/" + piece.cid() + "/proof";
    String host = payer.address() + ".localhost";

    assertRefused(proof(stranger, piece, ""), 402, "no-deal");
    assertRefused(proof(sanctioned, piece, ""), 403, "payer-sanctioned");
    assertRefused(proof(payer, newPiece(1_000), ""), 404, "piece-unknown");
    assertRefused(edge.client().get(payer.address(), "/x/proof"), 404, "path-unknown");
    assertRefused(edge.client().get(payer.address(), "/proof"), 404, "path-unknown");
    assertRefused(edge.client().get(payer.address(), path + "s"), 404, "path-unknown");
    assertRefused(edge.client().send("POST", host, path), 405, "method-not-allowed");
    assertRefused(proof(payer, piece, "", "Authorization: Bearer x"), 401, "token-unknown");
    assertRefused(proof(payer, piece, "", "Service-Worker: script"), 403, "service-worker");
    Answer json = proof(payer, piece, "?group=3", "Accept: application/json");
    assertThat(json.text())
        .contains("\"proof-malformed\"", "expected a group from 10 to 10, found 3");
  }

  @Test
  void aProofIsFoundByEveryPathOfThePiece() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = fetched(payer, 2 * GROUP);
    Address address = payer.address();

    for (String path :
        List.of(
            "/" + piece.cid() + "/proof/",
            "/piece/" + piece.cid() + "/proof",
            "/" + piece.cid().commP() + "/proof?last=99999999")) {
      assertThat(verified(piece, edge.client().get(address, path)))
          .containsExactly(0, 2 * GROUP - 1);
    }
    String byPath = "/" + address + "/" + piece.cid() + "/proof?first=7&last=8";
    verified(piece, edge.client().send("GET", "localhost", byPath));
  }

  @Test
  void piecesOfOneRootAreProvedEachByItself() throws Exception {
    Payer payer = newPayer();
    byte[] bytes = Arrays.copyOf(newPiece(2 * GROUP + 100).bytes(), 3 * GROUP);
    TestPiece longer = TestPiece.of(bytes);
    TestPiece shorter =
        new TestPiece(
            Arrays.copyOf(bytes, 2 * GROUP + 100),
            new PieceCid(longer.cid().commP(), longer.cid().height(), 2 * GROUP + 100));
    for (TestPiece piece : List.of(longer, shorter)) {
      provider.with(piece);
      place(piece, payer.address(), payer.dataSet());
      assertThat(get(payer, piece).body()).isEqualTo(piece.bytes());
    }
    String last = "?first=%d&last=%<d".formatted(2 * GROUP);

    Answer ofLonger = proof(payer, longer, last);
    Answer ofShorter = proof(payer, shorter, last);

    assertThat(verified(longer, ofLonger)).containsExactly(2 * GROUP, 3 * GROUP - 1);
    assertThat(verified(shorter, ofShorter)).containsExactly(2 * GROUP, 2 * GROUP + 99);
    assertThatThrownBy(
            () ->
                verify(
                    shorter.cid(),
                    ofLonger.body(),
                    Arrays.copyOfRange(bytes, 2 * GROUP, 3 * GROUP)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPartOfWholeGroupsBringsItsProof() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = fetched(payer, 20 * GROUP + 7);

    for (int[] groups : new int[][] {{0, 1}, {3, 5}, {4, 20}, {20, 21}}) {
      int from = groups[0] * GROUP;
      int to = Math.min(piece.bytes().length, groups[1] * GROUP);
      Answer part = get(payer, piece, "Range: bytes=%d-%d".formatted(from, to - 1));
      String header = part.header("Piece-Proof");
      assertThat(header).matches(":[A-Za-z0-9+/]+=*:").hasSizeLessThan(1_400);
      byte[] proof = Base64.getDecoder().decode(header.substring(1, header.length() - 1));
      verify(piece.cid(), proof, part.body());
      assertThat(proof(payer, piece, "?first=%d&last=%d".formatted(from, to - 1)).body())
          .isEqualTo(proof);
    }
  }

  @Test
  void otherPartsBringNone() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = fetched(payer, 20 * GROUP);

    for (String range :
        List.of(
            "0-0",
            "1-" + (GROUP - 1),
            "0-" + GROUP,
            // more than 16 groups
            "0-" + (17 * GROUP - 1))) {
      Answer part = get(payer, piece, "Range: bytes=" + range);
      assertThat(part.status()).isEqualTo(206);
      assertThat(part.headers()).doesNotContainKey("piece-proof");
    }
    assertThat(get(payer, piece).headers()).doesNotContainKey("piece-proof");
    assertThat(head(payer, piece).headers()).doesNotContainKey("piece-proof");
  }

  @Test
  void theClientsVerifierPlaysAPieceOfThisEdge() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = fetched(payer, 6 * GROUP + 12_345);
    Path sent = folder.resolve("sent");
    Files.write(sent, piece.bytes());
    String url =
        "http://localhost:%d/%s/%s".formatted(edge.client().port(), payer.address(), piece.cid());

    Process node =
        new ProcessBuilder("node", "test/against-edge.js", url, sent.toString())
            .directory(Path.of("..", "clients", "verify").toFile())
            .redirectErrorStream(true)
            .start();

    String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(node.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(node.exitValue()).as(said).isZero();
  }
}
