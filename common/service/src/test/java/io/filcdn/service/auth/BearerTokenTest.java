package io.filcdn.service.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.service.problem.HttpProblem;
import jakarta.ws.rs.core.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class BearerTokenTest {

  @ParameterizedTest
  @ValueSource(strings = {"Bearer Sesame", "bearer Sesame", "BEARER Sesame", "Bearer  Sesame "})
  void theCaseOfTheSchemeDoesNotMatter(String authorization) {
    assertThat(BearerToken.read(authorization)).contains("Sesame");
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "Sesame", "Bearer", "BearerSesame", "Basic Sesame", " Bearer Sesame"})
  void anythingElseHasNone(String authorization) {
    assertThat(BearerToken.read(authorization)).isEmpty();
  }

  @Test
  void whoHasNoneIsAskedForOne() {
    Response answer = BearerToken.unauthorized("expected one").getResponse();

    assertThat(answer.getEntity()).isEqualTo(HttpProblem.of(401, "token-unknown", "expected one"));
    assertThat(answer.getHeaderString("WWW-Authenticate")).isEqualTo("Bearer");
    assertThat(answer.getHeaderString("Cache-Control")).isEqualTo("no-store");
  }
}
