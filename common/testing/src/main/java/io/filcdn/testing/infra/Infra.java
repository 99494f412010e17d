package io.filcdn.testing.infra;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka and a Postgres for tests, empty at first. Both are embedded, or in containers with {@code
 * -Dfilcdn.infra=containers}.
 *
 * <p>The servers outlive {@link #close}: who starts next in this JVM gets them emptied, as that
 * takes far less than a start. They stop with this JVM.
 */
public final class Infra implements AutoCloseable {

  private static final String PROPERTY = "filcdn.infra";
  private static final int PARTITIONS = 4;

  private static final IdleServers<Kafka> IDLE_KAFKA = new IdleServers<>();
  private static final IdleServers<Postgres> IDLE_POSTGRES = new IdleServers<>();

  private final boolean embedded;
  private final Server<Kafka> kafka;

  @GuardedBy("this")
  private @Nullable Server<Postgres> postgres;

  private Infra() {
    this.embedded = isEmbedded();
    this.kafka = startKafka();
  }

  /**
   * Starts Kafka, with FilCDN's topics; Postgres starts once it is asked for.
   *
   * @throws IllegalArgumentException where {@code filcdn.infra} is neither {@code embedded} nor
   *     {@code containers}
   */
  public static Infra start() {
    return new Infra();
  }

  private static boolean isEmbedded() {
    String chosen = System.getProperty(PROPERTY, "embedded");
    return switch (chosen) {
      case "embedded" -> true;
      case "containers" -> false;
      default ->
          throw new IllegalArgumentException(
              "expected -D%s=embedded or containers, found %s".formatted(PROPERTY, chosen));
    };
  }

  private Server<Kafka> startKafka() {
    Optional<Server<Kafka>> idle = IDLE_KAFKA.take();
    idle.ifPresent(server -> server.program().deleteTopics());
    Server<Kafka> server = idle.orElseGet(() -> Server.kafka(embedded));
    server.program().createTopics(PARTITIONS);
    return server;
  }

  private Server<Postgres> startPostgres() {
    Optional<Server<Postgres>> idle = IDLE_POSTGRES.take();
    idle.ifPresent(server -> server.program().deleteDatabases());
    Server<Postgres> server = idle.orElseGet(() -> Server.postgres(embedded));
    server.program().createDatabases();
    return server;
  }

  public Kafka kafka() {
    return kafka.program();
  }

  /** The server, with the services' databases. */
  public synchronized Postgres postgres() {
    Server<Postgres> server = postgres == null ? startPostgres() : postgres;
    postgres = server;
    return server.program();
  }

  @Override
  public synchronized void close() {
    IDLE_KAFKA.add(kafka);
    if (postgres != null) {
      IDLE_POSTGRES.add(postgres);
    }
  }
}
