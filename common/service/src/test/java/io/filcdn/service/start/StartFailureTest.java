package io.filcdn.service.start;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class StartFailureTest {

  private static final Clock NOW = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

  @Test
  void theSentenceOfTheFirstCauseThatHasOneIsToldInOneLine() {
    Throwable failure =
        new RuntimeException(
            "Failed to start quarkus",
            new IllegalStateException(
                new ConfigurationException("expected a number,\n    found \"x\"")));

    assertThat(StartFailure.known(failure)).contains("expected a number, found \"x\"");
  }

  @Test
  void whatNobodyForesawHasNoSentence() {
    assertThat(StartFailure.known(new IllegalStateException("a bug"))).isEmpty();
  }

  @Test
  void theLinesOfTheWaitAreTextOrJsonAsTheLogIs() throws Exception {
    assertThat(printed(false))
        .isEqualTo("1970-01-01 00:00:00.000 INFO  [StartGate] waiting for \"x\"\n");
    assertThat(new JsonMapper().readTree(printed(true)))
        .isEqualTo(
            new JsonMapper()
                .readTree(
                    """
                    {"timestamp": "1970-01-01T00:00:00Z", "level": "INFO",
                     "loggerName": "io.filcdn.service.start.StartGate",
                     "message": "waiting for \\"x\\""}
                    """));
  }

  private static String printed(boolean json) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    new StartLog(out, NOW, json).accept("waiting for \"x\"");
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
