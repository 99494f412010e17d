package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.access.AccessKey;
import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.retrieval.access.Keys;
import io.filcdn.retrieval.usage.Quota;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Edges of two regions tell who comes by a key that it was used in the other one of late. */
class LocationNoticeIT extends EdgeTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String NOTICE =
      "elsewhere;desc=\"this key was used in another region within the hour\"";

  private TestEdge other;

  @Override
  Map<String, String> settings() {
    return Map.of("filcdn.retrieval.location.region", "eu");
  }

  @BeforeAll
  void openOther() throws Exception {
    other =
        new TestEdge(
            kafka,
            folder.resolve("other"),
            Quota.UNLIMITED,
            Map.of("filcdn.retrieval.location.region", "us"));
  }

  @AfterAll
  void closeOther() throws Exception {
    other.close();
  }

  private static Answer get(TestEdge at, Payer payer, TestPiece piece, String... headers)
      throws IOException {
    return at.client().get(payer.address(), "/" + piece.cid(), headers);
  }

  @Test
  void aKeyThatTheOtherRegionServedIsToldAndNobodyElse() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 5_000);
    AccessKey key = Keys.key();
    index.key(Keys.record(key, payer.address(), Keys.limits("{}")));
    for (TestEdge each : new TestEdge[] {edge, other}) {
      await().atMost(SOON).until(() -> each.edge().knowsKey(key.id()));
      await().atMost(SOON).until(() -> get(each, payer, piece).status() == 200);
    }
    String bearer = "Authorization: Bearer " + key.text();

    Answer first = get(edge, payer, piece, bearer);

    assertThat(first.header("Server-Timing")).startsWith("edge;").doesNotContain("elsewhere");
    await()
        .atMost(SOON)
        .until(() -> get(other, payer, piece, bearer).header("Server-Timing").contains(NOTICE));
    await()
        .atMost(SOON)
        .until(() -> get(edge, payer, piece, bearer).header("Server-Timing").contains(NOTICE));
    assertThat(get(edge, payer, piece, bearer).body()).isEqualTo(piece.bytes());
    assertThat(get(edge, payer, piece).header("Server-Timing")).doesNotContain("elsewhere");
    assertThat(head(payer, piece, bearer).header("Server-Timing")).contains(NOTICE);
  }
}
