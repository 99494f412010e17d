package io.filcdn.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.testing.process.StackFailure;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

  @ParameterizedTest
  @CsvSource({"90, PT90S", "90s, PT90S", "5m, PT5M", "1h, PT1H"})
  void aTimeoutIsSecondsOrHasAUnit(String text, Duration expected) {
    assertThat(Main.duration("--timeout", text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "5 m", "soon", "1d", "99999999"})
  void aTimeoutThatIsNoneIsExplained(String text) {
    assertThatThrownBy(() -> Main.duration("--timeout", text))
        .isInstanceOf(StackFailure.class)
        .hasMessageContainingAll("--timeout", "\"" + text + "\"");
  }
}
