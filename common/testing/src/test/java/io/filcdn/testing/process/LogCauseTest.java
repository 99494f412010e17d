package io.filcdn.testing.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LogCauseTest {

  @Test
  void whatAServiceSaysItselfComesFirst() {
    assertThat(
            cause(
                """
                10:00:00 ERROR [StartFailure] (main) indexer cannot start: java.lang.RuntimeException
                \tat io.quarkus.runner.ApplicationImpl.doStart(Unknown Source)
                Caused by: java.sql.SQLException: Acquisition timeout
                \tat io.agroal.pool.ConnectionPool.handler(ConnectionPool.java:281)
                indexer does not start: java.sql.SQLException: Acquisition timeout
                """))
        .isEqualTo("indexer does not start: java.sql.SQLException: Acquisition timeout");
  }

  @Test
  void ofATraceTheDeepestCauseIsTaken() {
    assertThat(
            cause(
                """
                Exception in thread "main" java.lang.RuntimeException: Failed to start
                \tat io.quarkus.runner.ApplicationImpl.doStart(Unknown Source)
                Caused by: org.flywaydb.core.internal.exception.sqlExceptions.FlywaySqlException
                \tat org.flywaydb.core.internal.jdbc.JdbcUtils.openConnection(JdbcUtils.java:67)
                Caused by: java.sql.SQLException: Acquisition timeout while waiting for new connection
                \tat io.agroal.pool.ConnectionPool.handler(ConnectionPool.java:281)
                \t... 12 more
                """))
        .isEqualTo("java.sql.SQLException: Acquisition timeout while waiting for new connection");
  }

  @Test
  void withoutATraceTheLastErrorIsTakenAndElseTheLastLine() {
    assertThat(cause("FATAL:  could not write to file\nLOG:  database system is shut down\n"))
        .isEqualTo("FATAL:  could not write to file");
    assertThat(cause("starting\nbye\n")).isEqualTo("bye");
    assertThat(LogCause.of(List.of())).isEmpty();
  }

  private static String cause(String log) {
    return LogCause.of(log.lines().toList()).orElseThrow();
  }
}
