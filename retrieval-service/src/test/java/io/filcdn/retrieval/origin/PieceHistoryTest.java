package io.filcdn.retrieval.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.origin.OriginFailure.Kind;
import io.filcdn.testing.time.MovedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PieceHistoryTest {

  private static final PieceCid PIECE = new PieceCid(new CommP(1, 2, 3, 4), 5, 1_000);
  private static final PieceCid OTHER = new PieceCid(new CommP(2, 2, 3, 4), 5, 1_000);
  private static final PieceCid SAME_ROOT = new PieceCid(new CommP(1, 2, 3, 4), 5, 999);
  private static final Duration ABSENCE = Duration.ofSeconds(30);
  private static final Duration MISMATCH = Duration.ofSeconds(10);
  private static final Origin A = origin(1, 10, "http://a");
  private static final Origin B = origin(2, 20, "http://b");

  private final MovedClock clock = new MovedClock(Instant.EPOCH);
  private final PieceHistory history =
      new PieceHistory(new PieceHistory.Rules(ABSENCE, MISMATCH), clock);

  private static Origin origin(int provider, int dataSet, String url) {
    return new Origin(
        ProviderId.of("fwss/" + provider), DataSetId.of("fwss/" + dataSet), url, Optional.empty());
  }

  private Optional<Kind> against(Origin origin, PieceCid piece) {
    return history.against(origin, piece).map(OriginFailure::kind);
  }

  @Test
  void aProviderIsBelievedForAWhileThatItDoesNotHaveAPiece() {
    history.absent(A, PIECE);
    clock.move(ABSENCE.minusMillis(1));
    history.absent(B, PIECE);

    assertThat(against(A, PIECE)).contains(Kind.NOT_FOUND);
    assertThat(against(origin(1, 11, "http://a"), PIECE)).contains(Kind.NOT_FOUND);
    assertThat(against(A, OTHER)).isEmpty();
    assertThat(against(A, SAME_ROOT)).isEmpty();
    clock.move(Duration.ofMillis(1));
    assertThat(against(A, PIECE)).isEmpty();
    assertThat(against(B, PIECE)).contains(Kind.NOT_FOUND);
  }

  @Test
  void ofOneRootSoManyAbsencesAreRemembered() {
    for (int size = 901; size <= 965; size++) {
      history.absent(A, new PieceCid(new CommP(1, 2, 3, 4), 5, size));
      clock.move(Duration.ofMillis(1));
    }

    assertThat(against(A, new PieceCid(new CommP(1, 2, 3, 4), 5, 901))).isEmpty();
    assertThat(against(A, new PieceCid(new CommP(1, 2, 3, 4), 5, 902))).contains(Kind.NOT_FOUND);
    assertThat(against(A, new PieceCid(new CommP(1, 2, 3, 4), 5, 965))).contains(Kind.NOT_FOUND);
  }

  @Test
  void whatTheIndexTellsAnewIsAskedForAnew() {
    for (Origin origin : List.of(A, B)) {
      history.absent(origin, PIECE);
      history.absent(origin, OTHER);
    }

    history.placementChanged(PIECE.commP());
    assertThat(against(A, PIECE)).isEmpty();
    assertThat(against(A, OTHER)).contains(Kind.NOT_FOUND);

    assertThat(against(origin(1, 10, "http://mended"), OTHER)).isEmpty();
    history.providerChanged(A.provider());
    assertThat(against(A, OTHER)).isEmpty();
  }

  @Test
  void whoSentWrongBytesAloneIsNotAskedForLongerEachTime() {
    Duration wait = MISMATCH;
    for (int i = 0; i < 9; i++) {
      history.suspect(PIECE, List.of(A.provider()));

      clock.move(wait.minusMillis(1));
      assertThat(against(A, PIECE)).as("after %d", i + 1).contains(Kind.BUSY);
      assertThat(against(A, OTHER)).isEmpty();
      assertThat(against(B, PIECE)).isEmpty();
      clock.move(Duration.ofMillis(1));
      assertThat(against(A, PIECE)).isEmpty();
      wait = wait.multipliedBy(2);
    }
    for (int i = 0; i < 100; i++) {
      history.suspect(PIECE, List.of(A.provider()));
    }
    clock.move(Duration.ofHours(1));
    assertThat(against(A, PIECE)).isEmpty();
    assertThat(history.mismatches()).isEqualTo(109);
  }

  @Test
  void whoLiedInCompanyIsOnlySuspected() {
    history.suspect(PIECE, List.of(A.provider(), B.provider()));

    assertThat(against(A, PIECE)).isEmpty();
    assertThat(history.suspicion(PIECE, A.provider())).isEqualTo(1);
    history.suspect(PIECE, List.of(A.provider()));
    assertThat(history.suspicion(PIECE, A.provider())).isEqualTo(2);
    history.clear(PIECE, B.provider());
    assertThat(history.suspicion(PIECE, B.provider())).isZero();
    clock.move(Duration.ofDays(2));
    assertThat(history.suspicion(PIECE, A.provider())).isZero();
  }
}
