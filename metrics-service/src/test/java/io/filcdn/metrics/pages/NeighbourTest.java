package io.filcdn.metrics.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.filcdn.metrics.FakeNeighbour;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NeighbourTest {

  private final FakeNeighbour settlement = new FakeNeighbour();
  private final Neighbour neighbour =
      Neighbour.of("settlement", Optional.of(URI.create(settlement.url())), Duration.ofSeconds(20));

  @AfterEach
  void close() {
    settlement.close();
  }

  private Neighbour.Answer get(String path, @Nullable String query) {
    return neighbour.get(path, query, NeighbourTest::nothing);
  }

  @Test
  void answersThatStallBehindTheirHeadGiveUpTheirTurn() {
    settlement.stalls("/slow");
    settlement.answers("/fast", FakeNeighbour.Answer.json("1"));

    Neighbour impatient =
        Neighbour.of(
            "settlement", Optional.of(URI.create(settlement.url())), Duration.ofMillis(100));

    for (int i = 0; i < 20; i++) {
      assertThat(impatient.get("/slow", "i=" + i, NeighbourTest::nothing).status()).isEqualTo(503);
    }

    // a machine can be busy for longer than its patience
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> impatient.get("/fast", null, NeighbourTest::nothing).status() == 200);
  }

  @Test
  void whatManyAskAtOnceIsAskedOnce() {
    settlement.answers("/backlog", FakeNeighbour.Answer.json("1"));

    long begun = System.nanoTime();
    IntStream.range(0, 100).parallel().forEach(_ -> get("/backlog", null));

    // an answer is kept for a second
    int seconds = (int) Duration.ofNanos(System.nanoTime() - begun).toSeconds();
    assertThat(settlement.requests()).hasSizeBetween(1, 1 + seconds);
  }

  @Test
  void anAnswerIsKeptForASecondAndNoLonger() {
    settlement.answers("/backlog", FakeNeighbour.Answer.json("1"));
    get("/backlog", null);
    settlement.answers("/backlog", FakeNeighbour.Answer.json("2"));

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(get("/backlog", null).body()).asString().isEqualTo("2"));
  }

  @Test
  void ordersHaveTheirTurnWhileQuestionsHaveNone() {
    Neighbour patient =
        Neighbour.of(
            "settlement", Optional.of(URI.create(settlement.url())), Duration.ofSeconds(5));
    settlement.stalls("/slow");
    settlement.answers("/settle", FakeNeighbour.Answer.json("1"));
    for (int i = 0; i < 8; i++) {
      String query = "i=" + i;
      Thread.startVirtualThread(() -> patient.get("/slow", query, NeighbourTest::nothing));
    }
    await().until(() -> settlement.requests().size() == 8);

    assertThat(patient.get("/fast", null, NeighbourTest::nothing).status()).isEqualTo(503);
    assertThat(patient.post("/settle", null, "Bearer token").status()).isEqualTo(200);
  }

  private static void nothing(JsonNode answer) {
    // all of it is passed on
  }
}
