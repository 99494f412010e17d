package io.filcdn.testing.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PatienceTest {

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private long now;

  /** One whose every pause takes a second. */
  private Patience patience(Optional<Duration> timeout) {
    return new Patience(
        new Console(new PrintStream(said, true, StandardCharsets.UTF_8), Clock.systemUTC()),
        timeout,
        () -> now,
        () -> now += TimeUnit.SECONDS.toNanos(1));
  }

  private long seconds() {
    return TimeUnit.NANOSECONDS.toSeconds(now);
  }

  @Test
  void thereIsNoEndWhileThereIsProgress() {
    boolean done =
        patience(Optional.empty())
            .until(() -> seconds() == 7200, () -> seconds() / 170, () -> "the indexer");

    assertThat(done).isTrue();
    assertThat(seconds()).isEqualTo(7200);
  }

  @Test
  void withoutProgressItEndsAfterMinutes() {
    Patience patience = patience(Optional.empty());

    assertThat(patience.until(() -> false, () -> seconds() < 100, () -> "Kafka")).isFalse();

    assertThat(seconds()).isEqualTo(100 + 180);
    assertThat(patience.limit()).isEqualTo("after 180 s without progress");
  }

  @Test
  void aTimeoutCoversAllThatIsWaitedFor() {
    Patience patience = patience(Optional.of(Duration.ofSeconds(90)));

    assertThat(patience.until(() -> seconds() == 60, () -> "", () -> "Kafka")).isTrue();
    assertThat(patience.until(() -> false, this::seconds, () -> "the indexer")).isFalse();

    assertThat(seconds()).isEqualTo(90);
    assertThat(patience.limit()).isEqualTo("within the 90 s of --timeout");
  }

  @Test
  void whatIsWaitedForIsToldNowAndThen() {
    assertThat(patience(Optional.empty()).until(() -> seconds() == 40, () -> "", () -> "Kafka"))
        .isTrue();

    assertThat(said.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("  waiting for Kafka, 15 s so far", "  waiting for Kafka, 30 s so far");
  }
}
