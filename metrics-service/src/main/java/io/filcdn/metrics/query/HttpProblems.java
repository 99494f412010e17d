package io.filcdn.metrics.query;

import io.filcdn.service.database.Database.DatabaseException;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.core.MediaType;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.Status;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** How clients are told that a question has no answer: a status, and one sentence of text. */
public class HttpProblems {

  private static final Logger LOG = Logger.getLogger(HttpProblems.class);

  @ServerExceptionMapper
  RestResponse<String> notFound(NotFoundException e) {
    return text(Status.NOT_FOUND, String.valueOf(e.getMessage())).build();
  }

  @ServerExceptionMapper
  RestResponse<String> badRequest(BadRequestException e) {
    return text(Status.BAD_REQUEST, String.valueOf(e.getMessage())).build();
  }

  @ServerExceptionMapper
  RestResponse<String> outage(DatabaseException e) {
    LOG.warnf("a question was not answered: %s", e.getMessage());
    return text(Status.SERVICE_UNAVAILABLE, "the database does not answer")
        .header("Retry-After", 5)
        .build();
  }

  private static RestResponse.ResponseBuilder<String> text(Status status, String message) {
    return RestResponse.ResponseBuilder.create(status, message).type(MediaType.TEXT_PLAIN_TYPE);
  }
}
