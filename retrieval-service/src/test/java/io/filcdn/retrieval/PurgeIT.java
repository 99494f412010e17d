package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Pieces that are purged while they are sent. */
class PurgeIT extends EdgeTest {

  private static final int SIZE = 32_000_000;

  /** More than sockets hold, so that a client that takes nothing keeps its response in it. */
  private static final int RESIDENT = 24 << 20;

  @Test
  void aHitGoesOnWithTheFetchThatOthersBeganAfterThePurge() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, SIZE);
    get(payer, piece);
    for (int times = 0; times < 3; times++) {
      // what is in memory needs no file
      get(payer, piece, "Range: bytes=0-" + (RESIDENT - 1));
    }
    try (EdgeClient.Exchange hit = begin(payer, piece)) {
      assertThat(hit.head().header("Cache-Status")).isEqualTo("filcdn; hit");
      assertThat(hit.read(1_000)).hasSize(1_000);
      assertThat(edge.edge().cache().purge(piece.cid())).isTrue();
      CountDownLatch goOn = new CountDownLatch(1);
      provider.fail(piece, new TestProvider.Fault.WaitsAfter(1_000_000, goOn));
      try (EdgeClient.Exchange next = begin(payer, piece)) {
        await().atMost(Duration.ofSeconds(20)).until(() -> provider.requestsFor(piece) == 2);
        Thread reader = Thread.startVirtualThread(goOn::countDown);

        byte[] rest = hit.read(SIZE - 1_000);

        reader.join();
        assertThat(rest).isEqualTo(Arrays.copyOfRange(piece.bytes(), 1_000, SIZE));
        assertThat(next.rest().body()).isEqualTo(piece.bytes());
      }
    }
    assertThat(provider.requestsFor(piece)).isEqualTo(2);
    assertBilled(payer, 3L * SIZE + 3L * RESIDENT, 2L * SIZE);
  }
}
