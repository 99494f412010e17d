package io.filcdn.service.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminTokenFilterTest {

  @ParameterizedTest
  @ValueSource(strings = {"Bearer sesame", "bearer sesame"})
  void theTokenIsABearerToken(String authorization) {
    assertThat(AdminTokenFilter.isIn(authorization, Optional.of("sesame"))).isTrue();
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "sesame",
        "Bearer",
        "Bearer ",
        "Bearer sesam",
        "Bearer Sesame",
        "Basic sesame"
      })
  void anythingElseIsNone(String authorization) {
    assertThat(AdminTokenFilter.isIn(authorization, Optional.of("sesame"))).isFalse();
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "Bearer", "Bearer ", "Bearer null"})
  void withoutAConfiguredTokenNoneIsTaken(String authorization) {
    assertThat(AdminTokenFilter.isIn(authorization, Optional.empty())).isFalse();
  }
}
