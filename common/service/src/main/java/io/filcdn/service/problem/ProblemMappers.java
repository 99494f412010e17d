package io.filcdn.service.problem;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Problems made of the exceptions that end a request. */
public final class ProblemMappers {

  private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

  /** Errors of the framework, such as wrong paths and methods; others bring their problem along. */
  @ServerExceptionMapper
  public Response refused(WebApplicationException e) {
    Response answer = e.getResponse();
    return answer.hasEntity() || answer.getStatus() < 400
        ? answer
        : HttpProblem.of(answer.getStatus(), Optional.ofNullable(e.getMessage()))
            .in(Response.fromResponse(answer));
  }

  /** Bugs and broken infrastructure: the log has the cause, the answer has nothing of it. */
  @ServerExceptionMapper
  public Response failed(Exception e) {
    LOG.errorf(e, "a request has failed");
    return HttpProblem.of(500, Optional.of("the service failed; its log tells why")).response();
  }
}
