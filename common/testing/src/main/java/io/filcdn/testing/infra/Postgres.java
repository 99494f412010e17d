package io.filcdn.testing.infra;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
    asAdministrator(
        statement -> {
          for (String name : DATABASES) {
            if (!finds(statement, "select 1 from pg_roles where rolname = '" + name + "'")) {
              statement.execute("create role " + name + " login password '" + name + "'");
            }
            if (!finds(statement, "select 1 from pg_database where datname = '" + name + "'")) {
              statement.execute("create database " + name + " owner " + name);
            }
          }
        });
  }

  /** Deletes {@link #DATABASES} with all that is in them; whoever is connected is cut off. */
  default void deleteDatabases() {
    asAdministrator(
        statement -> {
          for (String name : DATABASES) {
            statement.execute("drop database if exists " + name + " with (force)");
          }
        });
  }

  /** A task of the superuser. */
  interface Task {
    void in(Statement statement) throws SQLException;
  }

  private void asAdministrator(Task task) {
    try (Connection connection = DriverManager.getConnection(jdbcUrl("postgres", "postgres"));
        Statement statement = connection.createStatement()) {
      task.in(statement);
    } catch (SQLException e) {
      throw new IllegalStateException(
          "Postgres runs, but its databases cannot be made or deleted", e);
    }
  }

  private static boolean finds(Statement statement, String query) throws SQLException {
    try (ResultSet found = statement.executeQuery(query)) {
      return found.next();
    }
  }

  @Override
  void close();
}
