package io.filcdn.metrics.query;

import io.filcdn.service.database.Database.DatabaseException;
import io.filcdn.service.problem.HttpProblem;
import jakarta.ws.rs.core.Response;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The answer to questions while the database is away. */
public class DatabaseExceptionMapper {

  private static final Logger LOG = Logger.getLogger(DatabaseExceptionMapper.class);

  @ServerExceptionMapper
  Response outage(DatabaseException e) {
    LOG.warnf("a question was not answered: %s", e.getMessage());
    return HttpProblem.of(503, "database-unavailable", "the database does not answer").response();
  }
}
