package io.filcdn.common.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamedTimeTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"1970-01-01T00:00:00Z", "2026-11-30T12:00:00.5Z", "9998-12-31T23:59:59.999Z"})
  void timesFrom1970OnAndBeforeTheYear9999AreNamed(String text) {
    assertThat(NamedTime.read(text)).contains(Instant.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "yesterday",
        "2026-11-30",
        "1969-12-31T23:59:59.999Z",
        "9999-01-01T00:00:00Z",
        "+1000000000-12-31T23:59:59Z",
        "+1000000001-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z"
      })
  void anythingElseIsNone(String text) {
    assertThat(NamedTime.read(text)).isEmpty();
  }
}
