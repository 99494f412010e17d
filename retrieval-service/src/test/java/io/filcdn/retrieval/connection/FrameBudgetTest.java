package io.filcdn.retrieval.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FrameBudgetTest {

  private final AtomicLong now = new AtomicLong();
  private final FrameBudget budget = new FrameBudget(now::get);

  private int takeAll() {
    int taken = 0;
    while (taken <= FrameBudget.MOST && budget.take(1)) {
      taken++;
    }
    return taken;
  }

  @Test
  void itIsGoneWhenAllIsTaken() {
    assertThat(takeAll()).isEqualTo(FrameBudget.INITIAL);
  }

  @Test
  void whatCostsMoreNeedsAsMuch() {
    for (int i = 0; i < FrameBudget.INITIAL / 5 - 1; i++) {
      assertThat(budget.take(5)).isTrue();
    }
    assertThat(budget.take(1)).isTrue();

    assertThat(budget.take(5)).isFalse();
    assertThat(takeAll()).isEqualTo(4);
  }

  @Test
  void itGrowsWithTimeUpToWhatItWasAtFirst() {
    takeAll();
    now.addAndGet(Duration.ofSeconds(3).toNanos());

    assertThat(takeAll()).isEqualTo(30);

    now.addAndGet(Duration.ofDays(3).toNanos());
    assertThat(takeAll()).isEqualTo(FrameBudget.INITIAL);
  }

  @Test
  void itGrowsWithWhatTheClientTakesUpToABound() {
    takeAll();
    budget.sent(1_000);
    assertThat(takeAll()).isZero();
    budget.sent(1_048);
    assertThat(takeAll()).isEqualTo(2);

    budget.sent(1L << 40);
    assertThat(takeAll()).isEqualTo(FrameBudget.MOST);
  }

  @Test
  void aChargeTakesNoMoreThanThereIs() {
    budget.charge(FrameBudget.INITIAL - 2);
    assertThat(takeAll()).isEqualTo(2);

    budget.charge(5);
    budget.giveBack();
    assertThat(takeAll()).isEqualTo(1);
  }

  @Test
  void aRequestCostsNothing() {
    takeAll();
    budget.giveBack();

    assertThat(takeAll()).isEqualTo(1);
  }
}
