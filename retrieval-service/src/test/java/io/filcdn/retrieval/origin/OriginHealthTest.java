package io.filcdn.retrieval.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OriginHealthTest {

  private static final PieceCid PIECE = new PieceCid(new CommP(1, 2, 3, 4), 5, 1_000);
  private static final Duration OPEN_FOR = Duration.ofSeconds(15);
  private static final Origin A = origin(1);
  private static final Origin B = origin(2);
  private static final Origin C = origin(3);

  private final MovedClock clock = new MovedClock();
  private final OriginHealth health = new OriginHealth(2, OPEN_FOR, clock);

  private static Origin origin(int number) {
    return new Origin(
        ProviderId.of("fwss/" + number), DataSetId.of("fwss/" + number), "http://p" + number);
  }

  private List<Origin> order() {
    return health.order(PIECE, List.of(A, B, C));
  }

  private void fetch(Origin origin, boolean works) {
    assertThat(health.begin(origin.provider())).isEmpty();
    health.end(origin.provider(), Optional.of(works));
  }

  @Test
  void theQuickestToItsFirstByteIsAskedFirst() {
    health.answered(A.provider(), Duration.ofMillis(300));
    health.answered(B.provider(), Duration.ofMillis(20));
    health.answered(C.provider(), Duration.ofMillis(100));

    assertThat(order()).containsExactly(B, C, A);
  }

  @Test
  void whoFailsTooOftenIsLeftAloneForAWhileAndThenTriedAgain() {
    for (int i = 0; i < 5; i++) {
      fetch(A, false);
    }

    assertThat(health.begin(A.provider())).contains("it failed too often of late");
    assertThat(order()).containsExactly(B, C, A);
    clock.move(OPEN_FOR.plusMillis(1));
    fetch(A, true);
    fetch(A, true);
    assertThat(health.begin(A.provider())).isEmpty();
  }

  @Test
  void thatAPieceIsNotThereSaysNothingOfAProvidersHealth() {
    for (int i = 0; i < 20; i++) {
      assertThat(health.begin(A.provider())).isEmpty();
      health.end(A.provider(), Optional.empty());
    }

    assertThat(health.begin(A.provider())).isEmpty();
  }

  @Test
  void aProviderHasSoManyFetchesAtOnce() {
    assertThat(health.begin(A.provider())).isEmpty();
    assertThat(health.begin(A.provider())).isEmpty();

    assertThat(health.begin(A.provider())).contains("2 fetches are under way");
    health.end(A.provider(), Optional.of(true));
    assertThat(health.begin(A.provider())).isEmpty();
  }

  @Test
  void whoAsksToBeLeftAloneIsForTenMinutesAtMost() {
    health.leaveAlone(A.provider(), Duration.ofSeconds(30));
    health.leaveAlone(B.provider(), Duration.ofDays(30));

    assertThat(order()).containsExactly(C, A, B);
    assertThat(health.begin(A.provider())).isPresent();
    clock.move(Duration.ofSeconds(30));
    assertThat(health.begin(A.provider())).isEmpty();
    assertThat(health.begin(B.provider())).isPresent();
    clock.move(Duration.ofMinutes(10));
    assertThat(health.begin(B.provider())).isEmpty();
  }

  @Test
  void whoLiedAloneIsAskedAfterItsInnocentCompany() {
    health.suspect(PIECE, List.of(A.provider(), B.provider()));
    assertThat(order().getFirst()).isEqualTo(C);

    health.suspect(PIECE, List.of(A.provider()));

    assertThat(order()).containsExactly(C, B, A);
    health.clear(PIECE, B.provider());
    assertThat(health.isSuspect(PIECE, B.provider())).isFalse();
    assertThat(health.isSuspect(PIECE, A.provider())).isTrue();
    clock.move(Duration.ofHours(2));
    assertThat(health.isSuspect(PIECE, A.provider())).isFalse();
  }

  /** A clock that stands still until it is moved. */
  private static final class MovedClock extends Clock {

    private Instant now = Instant.EPOCH;

    void move(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
