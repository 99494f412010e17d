package io.filcdn.service.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotAuthorizedException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.junit.jupiter.api.Test;

class HttpProblemTest {

  private final ProblemMappers mappers = new ProblemMappers();

  @Test
  void aProblemIsWrittenAsTheRfcHasIt() {
    assertThat(HttpProblem.of(404, "piece-unknown", "No \"one\" has it.").json())
        .isEqualTo(
            """
            {"type":"about:blank","title":"Not Found","status":404,"code":"piece-unknown",\
            "detail":"No \\"one\\" has it."}""");
    assertThat(HttpProblem.of(502, "origin-failed", "None.", List.of("3: 500")).json())
        .endsWith("\"detail\":\"None.\",\"details\":[\"3: 500\"]}");
  }

  @Test
  void aValueThatCannotBeReadIsAMalformedOne() {
    WebApplicationException problem =
        catchThrowableOfType(
            WebApplicationException.class,
            () -> HttpProblem.parsed("epoch", () -> Long.parseLong("x")));

    assertThat(mappers.refused(problem).getEntity())
        .isEqualTo(HttpProblem.of(400, "epoch-malformed", "For input string: \"x\""));
  }

  @Test
  void refusalsOfTheFrameworkAreProblemsAndKeepTheirHeaders() {
    Response nowhere = mappers.refused(new NotFoundException("no such path"));
    Response method = mappers.refused(new NotAllowedException("GET", new String[0]));
    Response stranger = mappers.refused(new NotAuthorizedException("who?", "Header"));

    assertThat(nowhere.getEntity()).isEqualTo(HttpProblem.of(404, "path-unknown", "no such path"));
    assertThat(nowhere.getHeaderString("Content-Type")).isEqualTo("application/problem+json");
    assertThat(method.getEntity())
        .isEqualTo(HttpProblem.of(405, "method-not-allowed", "HTTP 405 Method Not Allowed"));
    assertThat(method.getHeaderString("Allow")).isEqualTo("GET");
    assertThat(stranger.getEntity()).isEqualTo(HttpProblem.of(401, "token-unknown", "who?"));
    assertThat(stranger.getHeaderString("WWW-Authenticate")).isEqualTo("Header");
  }

  @Test
  void whatPassesIsToldWhenToComeBack() {
    Response away = HttpProblem.of(503, "database-unavailable", "It is away.").response();

    assertThat(away.getHeaderString("Retry-After")).isEqualTo("5");
    assertThat(away.getHeaderString("Cache-Control")).isEqualTo("no-store");
  }

  @Test
  void ofWhatNobodyForesawTheAnswerHasNothing() {
    Response failed = mappers.failed(new IllegalStateException("jdbc://user:password"));

    assertThat(failed.getStatus()).isEqualTo(500);
    assertThat(failed.getEntity().toString())
        .contains("internal-server-error")
        .doesNotContain("password");
  }
}
