package io.filcdn.metrics.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.metrics.FakeNeighbour;
import jakarta.ws.rs.WebApplicationException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NeighbourTest {

  private final FakeNeighbour settlement = new FakeNeighbour();
  private final Neighbour neighbour =
      Neighbour.of(
          "settlement", Optional.of(URI.create(settlement.url())), Duration.ofMillis(100));

  @AfterEach
  void close() {
    settlement.close();
  }

  @Test
  void answersThatStallBehindTheirHeadGiveUpTheirTurn() {
    settlement.stalls("/slow");
    settlement.answers("/fast", FakeNeighbour.Answer.json("1"));

    for (int i = 0; i < 20; i++) {
      String query = "i=" + i;
      assertThatThrownBy(() -> neighbour.get("/slow", query))
          .isInstanceOf(WebApplicationException.class);
    }

    assertThat(neighbour.get("/fast", null).status()).isEqualTo(200);
  }
}
