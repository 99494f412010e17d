package io.filcdn.metrics.accounts;

import io.filcdn.metrics.json.PostgresSafeJson;
import io.filcdn.service.problem.HttpProblem;

/** The body of a request about accounts: a JSON text of bounded length, each field known. */
public final class JsonBody {

  private static final int LONGEST = 65_536;

  private JsonBody() {}

  /**
   * Reads it.
   *
   * @param what its name in the problem's code
   * @throws jakarta.ws.rs.WebApplicationException the problem {@code …-malformed}, or one of 413
   */
  public static <T> T read(String what, String body, Class<T> type) {
    if (body.length() > LONGEST) {
      throw HttpProblem.of(
              413,
              "request-too-large",
              "expected a body of at most %d characters, found %d"
                  .formatted(LONGEST, body.length()))
          .exception();
    }
    return HttpProblem.parsed(what, () -> PostgresSafeJson.readStrictly(body, type));
  }
}
