package io.filcdn.testing.infra;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/** A running Postgres with one database a service, each owned by a role of the same name. */
public sealed interface Postgres extends AutoCloseable permits EmbeddedPostgres, ContainerPostgres {

  /** The services that keep a database. */
  List<String> DATABASES = List.of("indexer", "metrics", "settlement");

  /** The URL by which {@code role} connects to {@code database}, credentials included. */
  String jdbcUrl(String database, String role);

  /** The URL by which a service connects to its database. */
  default String jdbcUrl(String database) {
    return jdbcUrl(database, database);
  }

  /** Creates what is missing of {@link #DATABASES} and their roles. */
  default void createDatabases() {
    try (Connection connection = DriverManager.getConnection(jdbcUrl("postgres", "postgres"));
        var statement = connection.createStatement()) {
      for (String name : DATABASES) {
        boolean exists;
        try (var found =
            statement.executeQuery("select 1 from pg_database where datname = '" + name + "'")) {
          exists = found.next();
        }
        if (!exists) {
          statement.execute("create role " + name + " login password '" + name + "'");
          statement.execute("create database " + name + " owner " + name);
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("Postgres runs, but its databases cannot be created", e);
    }
  }

  @Override
  void close();
}
