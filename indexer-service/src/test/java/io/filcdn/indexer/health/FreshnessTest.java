package io.filcdn.indexer.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.chain.Block;
import io.filcdn.indexer.chain.Tip;
import io.filcdn.indexer.store.Cursor;
import io.filcdn.indexer.store.UndecodableCounts;
import io.filcdn.testing.time.MovedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FreshnessTest {

  private static final long MAX_LAG = 7;
  private static final Duration MAX_AGE = Duration.ofMinutes(3);
  private static final BlockHash HASH = BlockHash.of("0x" + "ab".repeat(32));

  private final MovedClock clock = new MovedClock(Instant.parse("2026-11-21T04:13:00Z"));
  private final Progress progress = new Progress(clock);
  private final Freshness freshness =
      new Freshness(progress, new Freshness.Bounds(MAX_LAG, MAX_AGE));

  @Test
  void anIndexIsFreshUpToTheBoundOfBlocksBehindTheHead() {
    at(100, 100 - MAX_LAG);
    assertThat(freshness.failure()).isEmpty();

    at(101, 100 - MAX_LAG);
    assertThat(freshness.failure())
        .contains("expected the index at most 7 blocks behind the head, found 8");

    at(101, 101);
    assertThat(freshness.failure()).isEmpty();
  }

  @Test
  void anEmptyIndexIsBehindWhateverTheBound() {
    progress.enter(Progress.State.CATCHING_UP);
    progress.observed(tip(3), Optional.empty(), UndecodableCounts.NONE);

    assertThat(freshness.failure())
        .contains("expected the index at most 7 blocks behind the head, found it empty");
  }

  @Test
  void aHeadThatStandsStillForLongerThanTheBoundIsAFailure() {
    at(100, 100);

    clock.move(MAX_AGE);
    at(100, 100);
    assertThat(freshness.failure()).isEmpty();

    clock.move(Duration.ofSeconds(1));
    at(100, 100);
    assertThat(freshness.failure())
        .contains("expected a new head within PT3M, found the same for PT3M1S");

    at(101, 101);
    assertThat(freshness.failure()).isEmpty();
  }

  @Test
  void whatIsAmissIsToldBeforeTheLagAndAStandbyAnswersForNobody() {
    assertThat(freshness.failure()).contains("starting");

    at(100, 10);
    progress.failed(Progress.State.HALTED, "another final block 9");
    assertThat(freshness.failure()).contains("halted: another final block 9");

    progress.enter(Progress.State.STANDBY);
    assertThat(freshness.failure()).isEmpty();
  }

  private void at(long head, long indexed) {
    progress.enter(Progress.State.FOLLOWING);
    progress.observed(
        tip(head),
        Optional.of(new Cursor(new BlockNumber(indexed), HASH, Optional.empty())),
        UndecodableCounts.NONE);
  }

  private static Tip tip(long head) {
    return new Tip(new Block(new BlockNumber(head), HASH, HASH), Optional.empty());
  }
}
