package io.filcdn.indexer.query;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Answers errors as RFC 9457 problems. */
public final class Problems {

  private static final String MEDIA_TYPE = "application/problem+json";

  /**
   * A problem.
   *
   * @param title the status in words
   * @param detail what was wrong with this request
   */
  public record Problem(String title, int status, Optional<String> detail) {}

  @ServerExceptionMapper
  public Response problem(WebApplicationException e) {
    Response answer = e.getResponse();
    Problem problem =
        new Problem(
            answer.getStatusInfo().getReasonPhrase(),
            answer.getStatus(),
            Optional.ofNullable(e.getMessage()));
    return Response.fromResponse(answer)
        .entity(problem)
        .header(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE)
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }
}
