package io.filcdn.service.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.service.start.Dependency.Answer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartGateTest {

  private static final Answer PRESENT = new Answer.Present();
  private static final Answer REFUSED = new Answer.Absent("connection refused");
  private static final Answer STARTING = new Answer.Absent("it is starting up");

  private final List<String> log = new ArrayList<>();
  private final List<String> health = new ArrayList<>();
  private Instant now = Instant.EPOCH;

  /** A gate whose every pause takes so long. */
  private StartGate gate(Duration pause) {
    InstantSource time = () -> now;
    return new StartGate(
        missing -> {
          health.add("begun: " + missing.get());
          return () -> health.add("ended: " + missing.get());
        },
        log::add,
        time.withZone(ZoneOffset.UTC),
        () -> now = now.plus(pause));
  }

  @Test
  void whatIsThereAtOnceCostsNeitherALineNorAPort() throws Exception {
    gate(Duration.ofSeconds(1)).await(List.of(new Scripted("Kafka at k:9092", PRESENT)));

    assertThat(log).isEmpty();
    assertThat(health).isEmpty();
  }

  @Test
  void whatIsAwaitedIsNamedWithItsPlaceAndEachNewReasonIsTold() throws Exception {
    gate(Duration.ofSeconds(1))
        .await(List.of(new Scripted("Postgres at db:5432/x", REFUSED, REFUSED, STARTING, PRESENT)));

    assertThat(log)
        .containsExactly(
            "waiting for Postgres at db:5432/x: connection refused",
            "waiting for Postgres at db:5432/x: it is starting up, for 2 s",
            "Postgres at db:5432/x is there after 3 s");
    assertThat(health)
        .containsExactly(
            "begun: waiting for Postgres at db:5432/x: connection refused",
            "ended: waiting for Postgres at db:5432/x: it is starting up");
  }

  @Test
  void waitingHasNoEndAndIsToldEveryHalfMinute() throws Exception {
    Answer[] hour = new Answer[361];
    java.util.Arrays.fill(hour, 0, 360, REFUSED);
    hour[360] = PRESENT;

    gate(Duration.ofSeconds(10)).await(List.of(new Scripted("Postgres at db", hour)));

    assertThat(log).hasSize(1 + 119 + 1);
    assertThat(log.get(1)).endsWith("connection refused, for 30 s");
    assertThat(log.getLast()).isEqualTo("Postgres at db is there after 3600 s");
  }

  @Test
  void whatTheServiceCanStartWithoutIsToldAndNotWaitedFor() throws Exception {
    gate(Duration.ofSeconds(1))
        .await(List.of(new Scripted("Kafka at k:9092", new Answer.Late("connection refused"))));

    assertThat(log)
        .containsExactly(
            "Kafka at k:9092 does not answer: connection refused; the service starts, and is not"
                + " ready before it does");
    assertThat(health).isEmpty();
  }

  @Test
  void whatWaitingDoesNotMendEndsItAtOnce() {
    Dependency locked =
        new Dependency() {
          @Override
          public String text() {
            return "Postgres at db";
          }

          @Override
          public Answer ask() {
            throw new UnusableSettingException("wrong password");
          }
        };

    assertThatThrownBy(() -> gate(Duration.ofSeconds(1)).await(List.of(locked)))
        .isInstanceOf(UnusableSettingException.class)
        .hasMessage("wrong password");
    assertThat(log).isEmpty();
  }

  /** A dependency with one answer after the other. */
  private static final class Scripted implements Dependency {

    private final String text;
    private final Deque<Answer> answers;

    Scripted(String text, Answer... answers) {
      this.text = text;
      this.answers = new ArrayDeque<>(List.of(answers));
    }

    @Override
    public String text() {
      return text;
    }

    @Override
    public Answer ask() {
      return answers.removeFirst();
    }
  }
}
