package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.piece.PieceName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Pieces on the operator's own denylist. */
class DeniedIT extends EdgeTest {

  private Path list() {
    return folder.resolve("denied.txt");
  }

  @Override
  Map<String, String> settings() {
    return Map.of(
        "filcdn.retrieval.admission.denylist.file",
        list().toString(),
        // it comes later
        "filcdn.retrieval.admission.denylist.required",
        "false",
        "filcdn.retrieval.admission.denylist.refresh",
        "200ms");
  }

  private void deny(PieceName name) throws Exception {
    byte[] hash =
        MessageDigest.getInstance("SHA-256")
            .digest((name + "/").getBytes(StandardCharsets.US_ASCII));
    Files.writeString(
        list(),
        "//" + HexFormat.of().formatHex(hash) + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  @Test
  void aDeniedPieceIsRefusedHoweverItIsSpelledAndLeavesTheCache() throws Exception {
    Payer payer = newPayer();
    TestPiece byV2 = placed(payer, 1_000);
    TestPiece byV1 = placed(payer, 1_000);
    TestPiece other = placed(payer, 1_000);
    for (TestPiece piece : new TestPiece[] {byV2, byV1, other}) {
      assertThat(get(payer, piece).status()).isEqualTo(200);
    }

    deny(byV2.cid());
    deny(byV1.cid().commP());

    for (TestPiece piece : new TestPiece[] {byV2, byV1}) {
      await().atMost(Duration.ofSeconds(20)).until(() -> isCold(piece));
      assertRefused(get(payer, piece), 451, "denied");
      assertRefused(head(payer, piece), 451, "denied");
      assertRefused(
          edge.client().get(payer.address(), "/piece/" + piece.cid().commP()), 451, "denied");
      assertRefused(
          edge.client().get(payer.address(), "/" + piece.cid() + "/proof"), 451, "denied");
      assertRefused(
          edge.client().put("localhost", "/trees/" + piece.cid(), piece.tree()), 451, "denied");
    }
    assertThat(get(payer, other).header("Cache-Status")).isEqualTo("filcdn; hit");
  }
}
