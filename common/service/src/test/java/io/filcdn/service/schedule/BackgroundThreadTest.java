package io.filcdn.service.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BackgroundThreadTest {

  @Test
  void aTaskThatFailsRunsAgainAndKeepsNoOtherFromRunning() throws InterruptedException {
    CountDownLatch failures = new CountDownLatch(3);
    CountDownLatch others = new CountDownLatch(3);

    try (BackgroundThread thread = new BackgroundThread("test")) {
      thread.every(
          Duration.ofMillis(1),
          "failing",
          () -> {
            failures.countDown();
            if (failures.getCount() % 2 == 0) {
              throw new IllegalStateException("as expected");
            }
            throw new AssertionError("as expected");
          });
      thread.afterEvery(
          Duration.ofMillis(1), List.of(new BackgroundTask("other", others::countDown)));

      assertThat(failures.await(1, TimeUnit.MINUTES)).isTrue();
      assertThat(others.await(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  @Test
  void closingWaitsForTheTaskUnderWay() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    AtomicInteger ends = new AtomicInteger();
    BackgroundThread thread = new BackgroundThread("test");
    thread.every(
        Duration.ofMillis(1),
        "slow",
        () -> {
          begun.countDown();
          try {
            goesOn.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          ends.incrementAndGet();
        });
    assertThat(begun.await(1, TimeUnit.MINUTES)).isTrue();

    Thread.ofVirtual().start(goesOn::countDown);
    thread.close();

    assertThat(ends.get()).isPositive();
  }
}
