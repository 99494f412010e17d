package io.filcdn.retrieval.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.time.MovedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OriginHealthTest {

  private static final PieceCid PIECE = new PieceCid(new CommP(1, 2, 3, 4), 5, 1_000);
  private static final Duration OPEN_FOR = Duration.ofSeconds(15);
  private static final Origin A = origin(1);
  private static final Origin B = origin(2);
  private static final Origin C = origin(3);

  private final MovedClock clock = new MovedClock(Instant.EPOCH);
  private final PieceHistory history =
      new PieceHistory(
          new PieceHistory.Rules(Duration.ofSeconds(30), Duration.ofSeconds(10)), clock);
  private final OriginHealth health = new OriginHealth(2, OPEN_FOR, clock, history);

  private static Origin origin(int number) {
    return new Origin(
        ProviderId.of("fwss/" + number),
        DataSetId.of("fwss/" + number),
        "http://p" + number,
        Optional.empty());
  }

  private List<Origin> order() {
    return health.order(PIECE, List.of(A, B, C));
  }

  private void fetch(Origin origin, boolean works) {
    assertThat(health.begin(origin)).isEmpty();
    health.end(origin, Optional.of(works));
  }

  @Test
  void theQuickestToItsFirstByteIsAskedFirst() {
    health.answered(A, Duration.ofMillis(300));
    health.answered(B, Duration.ofMillis(20));
    health.answered(C, Duration.ofMillis(100));

    assertThat(order()).containsExactly(B, C, A);
  }

  @Test
  void whoFailsTooOftenIsLeftAloneForAWhileAndThenTriedAgain() {
    for (int i = 0; i < 5; i++) {
      fetch(A, false);
    }

    assertThat(health.begin(A)).contains("it failed too often of late");
    assertThat(order()).containsExactly(B, C, A);
    clock.move(OPEN_FOR.plusMillis(1));
    fetch(A, true);
    fetch(A, true);
    assertThat(health.begin(A)).isEmpty();
  }

  @Test
  void thatAPieceIsNotThereSaysNothingOfAProvidersHealth() {
    for (int i = 0; i < 20; i++) {
      assertThat(health.begin(A)).isEmpty();
      health.end(A, Optional.empty());
    }

    assertThat(health.begin(A)).isEmpty();
  }

  @Test
  void aProviderHasSoManyFetchesAtOnce() {
    assertThat(health.begin(A)).isEmpty();
    assertThat(health.begin(A)).isEmpty();

    assertThat(health.begin(A)).contains("2 fetches are under way");
    health.end(A, Optional.of(true));
    assertThat(health.begin(A)).isEmpty();
  }

  @Test
  void whoAsksToBeLeftAloneIsForTenMinutesAtMost() {
    health.leaveAlone(A, Duration.ofSeconds(30));
    health.leaveAlone(B, Duration.ofDays(30));

    assertThat(order()).containsExactly(C, A, B);
    assertThat(health.begin(A)).isPresent();
    clock.move(Duration.ofSeconds(30));
    assertThat(health.begin(A)).isEmpty();
    assertThat(health.begin(B)).isPresent();
    clock.move(Duration.ofMinutes(10));
    assertThat(health.begin(B)).isEmpty();
  }

  @Test
  void aProviderThatMendsItsUrlOnChainIsAskedAtOnce() {
    for (int i = 0; i < 5; i++) {
      fetch(A, false);
    }
    health.leaveAlone(A, Duration.ofMinutes(1));
    Origin mended = new Origin(A.provider(), A.dataSet(), "https://p1.example", Optional.empty());

    assertThat(health.begin(A)).isPresent();
    assertThat(health.begin(mended)).isEmpty();
    assertThat(health.order(PIECE, List.of(A, mended))).containsExactly(mended, A);
  }

  @Test
  void suspectsAreAskedAfterOthers() {
    history.suspect(PIECE, List.of(A.provider(), B.provider()));
    assertThat(order().getFirst()).isEqualTo(C);

    history.suspect(PIECE, List.of(A.provider()));

    assertThat(order()).containsExactly(C, B, A);
  }
}
