package io.filcdn.testing.infra;

import org.testcontainers.postgresql.PostgreSQLContainer;

/** Postgres in a container, for machines with a container engine. */
final class ContainerPostgres implements Postgres {

  private final PostgreSQLContainer container;

  private ContainerPostgres(PostgreSQLContainer container) {
    this.container = container;
  }

  static ContainerPostgres start() {
    PostgreSQLContainer container =
        new PostgreSQLContainer("postgres:18-alpine")
            .withUsername("postgres")
            .withPassword("postgres")
            .withDatabaseName("postgres");
    container.start();
    ContainerPostgres postgres = new ContainerPostgres(container);
    postgres.createDatabases();
    return postgres;
  }

  @Override
  public String jdbcUrl(String database, String role) {
    return "jdbc:postgresql://%s:%d/%s?user=%s&password=%s"
        .formatted(
            container.getHost(),
            container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT),
            database,
            role,
            role);
  }

  @Override
  public void close() {
    container.stop();
  }
}
