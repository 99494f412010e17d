package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.retrieval.TestProvider.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many clients at once on a piece that nobody has fetched yet. */
class ColdClientsIT extends EdgeTest {

  @Override
  Map<String, String> settings() {
    return Map.of("filcdn.retrieval.limits.requests-per-client", "2000");
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 1_000})
  void causeOneFetch(int clients) throws Exception {
    int size = 300_000;
    Payer payer = newPayer();
    TestPiece piece = newPiece(size);
    CountDownLatch goOn = new CountDownLatch(1);
    provider.with(piece, new Fault.WaitsAfter(100_000, goOn));
    place(piece, payer.address(), payer.dataSet());

    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<byte[]>> answers = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        answers.add(executor.submit(() -> get(payer, piece).body()));
      }
      await().atMost(Duration.ofSeconds(60)).until(() -> edge.edge().requests() == clients);
      goOn.countDown();

      for (Future<byte[]> answer : answers) {
        assertThat(answer.get()).isEqualTo(piece.bytes());
      }
    }
    assertThat(provider.requestsFor(piece)).isEqualTo(1);
    assertBilled(payer, (long) clients * size, size);
    await().atMost(Duration.ofSeconds(20)).until(() -> retrievals(payer) == clients);
  }
}
