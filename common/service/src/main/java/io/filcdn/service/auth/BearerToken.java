package io.filcdn.service.auth;

import io.filcdn.service.problem.HttpProblem;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The token of a call in the scheme {@code Bearer} (RFC 6750), the case of whose name does not
 * matter (RFC 9110, 11.1).
 */
public final class BearerToken {

  private static final String SCHEME = "Bearer";
  private static final String START = SCHEME + " ";

  private BearerToken() {}

  /**
   * The token; empty where there is none in this scheme.
   *
   * @param authorization the header, where there is one
   */
  public static Optional<String> read(@Nullable String authorization) {
    return Optional.ofNullable(authorization)
        .filter(header -> header.regionMatches(true, 0, START, 0, START.length()))
        .map(header -> header.substring(START.length()).strip());
  }

  /** The problem of a call that has no token that is good; the answer asks for one. */
  public static WebApplicationException unauthorized(String detail) {
    Response problem = HttpProblem.of(401, "token-unknown", detail).response();
    return new WebApplicationException(
        detail,
        Response.fromResponse(problem).header(HttpHeaders.WWW_AUTHENTICATE, SCHEME).build());
  }
}
