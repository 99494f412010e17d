package io.filcdn.indexer.postgres;

import static io.filcdn.indexer.Patience.patiently;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.exceptionsorter.PostgreSQLExceptionSorter;
import io.filcdn.testing.infra.Infra;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The session that one process holds, with the pool that the service has. */
class ExclusiveSessionIT {

  private static final int POOL = 3;

  private Infra infra;
  private AgroalDataSource database;
  private ExclusiveSession session;

  @BeforeEach
  void open() throws Exception {
    infra = Infra.start();
    database =
        AgroalDataSource.from(
            new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(
                    pool ->
                        pool.maxSize(POOL)
                            .exceptionSorter(new PostgreSQLExceptionSorter())
                            .acquisitionTimeout(Duration.ofSeconds(5))
                            .connectionFactoryConfiguration(
                                factory -> factory.jdbcUrl(infra.postgres().jdbcUrl("indexer")))));
    session = new ExclusiveSession(database, ExclusiveSession.Purpose.INDEXING, c -> 0);
  }

  @AfterEach
  void close() throws Exception {
    session.close();
    database.close();
    infra.close();
  }

  @Test
  void isTakenAgainHoweverOftenTheDatabaseEndsIt() throws Exception {
    for (int i = 0; i < 3 * POOL; i++) {
      patiently().until(session::hold);
      endOthers();
    }
    patiently().until(session::hold);
  }

  @Test
  void isTakenAgainHoweverOftenItsWorkFails() {
    for (int i = 0; i < 3 * POOL; i++) {
      // what has just ended has its lock until its server notices
      patiently().until(session::hold);

      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(
              () ->
                  session.inTransaction(
                      c -> {
                        throw new IllegalStateException("as expected");
                      }));
    }
    patiently().until(session::hold);
  }

  /** Ends all sessions but the one that says so. */
  private void endOthers() throws Exception {
    try (Connection connection = DriverManager.getConnection(infra.postgres().jdbcUrl("indexer"));
        Statement statement = connection.createStatement()) {
      statement.execute(
          "select pg_terminate_backend(pid) from pg_stat_activity"
              + " where pid <> pg_backend_pid() and datname = current_database()");
    }
  }
}
