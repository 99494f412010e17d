package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.testing.infra.EmbeddedKafka;
import io.filcdn.testing.infra.Kafka;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An edge that is left alone: it needs nobody to serve what it knows, and records it or stops. */
class ServicesDownIT extends EdgeTest {

  private static final int JOURNAL = 8;

  @Override
  Map<String, String> settings() {
    return Map.of("filcdn.retrieval.usage.max-journal-records", Integer.toString(JOURNAL));
  }

  /** A broker of its own, as it goes away. */
  @Override
  Kafka openKafka() {
    Kafka own = EmbeddedKafka.start(folder.resolve("kafka"), 0);
    own.createTopics(4);
    return own;
  }

  @Override
  void closeKafka() {
    kafka.close();
  }

  @Test
  void withKafkaAwayAnEdgeServesUntilItsJournalIsFullAndTellsLater() throws Exception {
    Payer payer = newPayer();
    TestPiece cached = placed(payer, 100_000);
    TestPiece cold = placed(payer, 50_000);
    get(payer, cached);
    assertBilled(payer, 100_000, 100_000);
    await().atMost(Duration.ofMinutes(2)).until(() -> edge.edge().hasNoted());
    int port = URI.create("kafka://" + kafka.bootstrapServers()).getPort();
    kafka.close();

    assertThat(get(payer, cached).body()).isEqualTo(cached.bytes());
    assertThat(get(payer, cold).body()).isEqualTo(cold.bytes());
    long served = 250_000;
    // a restart changes nothing: what is known is on the disk
    edge.restart();
    assertThat(edge.edge().ready()).isTrue();
    EdgeClient.Answer answer = get(payer, cached);
    while (answer.status() == 200) {
      served += 100_000;
      answer = get(payer, cached);
    }

    assertRefused(answer, 503, "cannot-record");
    assertThat(answer.header("Retry-After")).matches("\\d+");
    assertThat(edge.edge().ready()).isFalse();
    assertRefused(head(payer, cached), 503, "cannot-record");
    long all = served;
    kafka = EmbeddedKafka.start(folder.resolve("kafka"), port);
    await()
        .atMost(Duration.ofSeconds(90))
        .untilAsserted(() -> assertThat(get(payer, cached).status()).isEqualTo(200));
    await().atMost(Duration.ofSeconds(60)).until(() -> egressBytes(payer) >= all + 100_000);
    assertThat(egressBytes(payer)).isEqualTo(all + 100_000);
    assertThat(fillBytes(payer)).isEqualTo(150_000);
  }
}
