package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.retrieval.EdgeClient.Answer;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** The SHA-256 of pieces that a fill hashed (RFC 9530). */
class ReprDigestIT extends EdgeTest {

  private static final int GROUP = 1_040_384;

  private static String digest(TestPiece piece) throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(piece.bytes());
    return "sha-256=:" + Base64.getEncoder().encodeToString(hash) + ":";
  }

  private void awaitCached(TestPiece piece) {
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().cache().fills() == 0);
    assertThat(isCold(piece)).isFalse();
  }

  private TestPiece fetched(Payer payer, int size) throws IOException {
    TestPiece piece = placed(payer, size);
    assertThat(get(payer, piece).body()).isEqualTo(piece.bytes());
    awaitCached(piece);
    return piece;
  }

  @Test
  void aCachedPieceComesWithItsDigestWholeInPartAndAsAHead() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = fetched(payer, 300_000);

    assertThat(get(payer, piece).header("Repr-Digest")).isEqualTo(digest(piece));
    assertThat(get(payer, piece, "Range: bytes=5-9").header("Repr-Digest"))
        .isEqualTo(digest(piece));
    assertThat(head(payer, piece).header("Repr-Digest")).isEqualTo(digest(piece));
  }

  @Test
  void aPieceWhoseVerdictComesBeforeItsHeadHasTheDigestAtOnce() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 10_000);

    Answer cold = get(payer, piece);

    assertThat(cold.header("Cache-Status")).isEqualTo("filcdn; fwd=miss; stored");
    assertThat(cold.header("Repr-Digest")).isEqualTo(digest(piece));
  }

  @Test
  void theDigestOutlivesARestart() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = fetched(payer, 300_000);

    edge.restart();

    assertThat(get(payer, piece).header("Repr-Digest")).isEqualTo(digest(piece));
    assertThat(head(payer, piece).header("Repr-Digest")).isEqualTo(digest(piece));
  }

  @Test
  void largePiecesAndThoseFetchedByGroupsHaveNone() throws Exception {
    Payer payer = newPayer();
    TestPiece large = fetched(payer, (16 << 20) + 1);
    TestPiece byGroups = fetched(payer, 3 * GROUP);
    edge.edge().cache().purge(byGroups.cid());
    assertThat(get(payer, byGroups).body()).isEqualTo(byGroups.bytes());
    await().atMost(Duration.ofSeconds(20)).until(() -> !isCold(byGroups));

    for (TestPiece piece : new TestPiece[] {large, byGroups}) {
      Answer hit = get(payer, piece);
      assertThat(hit.header("Cache-Status")).isEqualTo("filcdn; hit");
      assertThat(hit.headers()).doesNotContainKey("repr-digest");
    }
  }
}
