package io.filcdn.indexer.postgres;

import java.sql.Connection;
import java.sql.SQLException;

/** The work that is done in one database transaction. */
@FunctionalInterface
public interface SqlWork<T> {

  T on(Connection connection) throws SQLException;
}
