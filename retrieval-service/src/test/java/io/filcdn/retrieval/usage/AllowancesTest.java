package io.filcdn.retrieval.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AllowancesTest {

  private static final Duration REFILL = Duration.ofHours(1);

  private final AtomicLong now = new AtomicLong();
  private final Allowances<Integer> allowances = new Allowances<>(REFILL, now::get);

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  void whatIsHeldIsNotThereForOthers() {
    assertThat(allowances.hold(1, 60, 100)).isTrue();

    assertThat(allowances.hold(1, 41, 100)).isFalse();
    assertThat(allowances.hold(2, 41, 100)).isTrue();
    assertThat(allowances.hold(1, 40, 100)).isTrue();
  }

  @Test
  void whatIsHeldStaysSoForAsLongAsItTakes() {
    allowances.hold(1, 100, 100);

    pass(REFILL.multipliedBy(10));

    assertThat(allowances.hold(1, 1, 100)).isFalse();
    allowances.free(1, 100);
    assertThat(allowances.hold(1, 100, 100)).isTrue();
  }

  @Test
  void whatIsSpentGrowsBackWithinTheRefillTime() {
    allowances.hold(1, 100, 100);
    allowances.spend(1, 100, 0);

    pass(REFILL.dividedBy(4));

    assertThat(allowances.hold(1, 26, 100)).isFalse();
    assertThat(allowances.hold(1, 25, 100)).isTrue();
  }

  @Test
  void lookingOftenDoesNotStopTheGrowth() {
    allowances.hold(1, 100, 100);
    allowances.spend(1, 100, 0);

    for (int i = 0; i < 1_000; i++) {
      pass(REFILL.dividedBy(1_000));
      assertThat(allowances.hold(1, 101, 100)).isFalse();
    }

    assertThat(allowances.hold(1, 99, 100)).isTrue();
  }

  @Test
  void moreCanBeSpentThanWasHeldAndIsPaidBackByTime() {
    allowances.hold(1, 10, 100);
    allowances.spend(1, 10, 190);

    assertThat(allowances.hold(1, 1, 100)).isFalse();
    pass(REFILL);
    assertThat(allowances.hold(1, 1, 100)).isFalse();
    pass(REFILL);
    assertThat(allowances.hold(1, 100, 100)).isTrue();
  }

  @Test
  void nothingGrowsBeyondTheLimit() {
    allowances.hold(1, 1, 100);
    allowances.spend(1, 1, 0);
    pass(REFILL.multipliedBy(1_000));

    assertThat(allowances.hold(1, 101, 100)).isFalse();
    allowances.refund(1, 50);
    assertThat(allowances.hold(1, 101, 100)).isFalse();
  }

  @Test
  void aLimitCanShrink() {
    allowances.hold(1, 50, 100);
    allowances.spend(1, 50, 0);

    assertThat(allowances.hold(1, 1, 40)).isFalse();
    assertThat(allowances.hold(1, 10, 60)).isTrue();
  }

  @Test
  void aCrowdedTableForgetsWhoUsesNothingAndNobodyElse() {
    allowances.hold(0, 100, 100);
    allowances.spend(0, 100, 0);
    allowances.hold(1, 100, 100);
    for (int i = 2; i < Allowances.MOST; i++) {
      assertThat(allowances.hold(i, 10, 100)).isTrue();
    }

    pass(Duration.ofSeconds(2));
    assertThat(allowances.hold(-1, 1, 100)).isFalse();

    allowances.free(7, 10);
    pass(Duration.ofSeconds(2));
    assertThat(allowances.hold(-1, 1, 100)).isTrue();
    assertThat(allowances.hold(0, 50, 100)).isFalse();
    assertThat(allowances.hold(1, 1, 100)).isFalse();
    assertThat(allowances.size()).isEqualTo(Allowances.MOST);
  }
}
