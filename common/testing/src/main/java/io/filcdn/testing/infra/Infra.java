package io.filcdn.testing.infra;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;

/**
 * A Postgres and a Kafka for tests, empty at first and gone afterwards. Both are embedded, or in
 * containers with {@code -Dfilcdn.infra=containers}.
 */
public final class Infra implements AutoCloseable {

  private static final String PROPERTY = "filcdn.infra";

  private final Postgres postgres;
  private final Kafka kafka;
  private final Optional<Path> folder;

  private Infra(Postgres postgres, Kafka kafka, Optional<Path> folder) {
    this.postgres = postgres;
    this.kafka = kafka;
    this.folder = folder;
  }

  /**
   * Starts both, with FilCDN's databases and topics.
   *
   * @throws IllegalArgumentException where {@code filcdn.infra} is neither {@code embedded} nor
   *     {@code containers}
   */
  public static Infra start() {
    String chosen = System.getProperty(PROPERTY, "embedded");
    return switch (chosen) {
      case "embedded" -> embedded();
      case "containers" ->
          ready(ContainerPostgres.start(), ContainerKafka.start(), Optional.empty());
      default ->
          throw new IllegalArgumentException(
              "expected -D%s=embedded or containers, found %s".formatted(PROPERTY, chosen));
    };
  }

  private static Infra embedded() {
    try {
      Path folder = Files.createTempDirectory("filcdn-infra");
      return ready(
          EmbeddedPostgres.start(folder.resolve("postgres"), 0),
          EmbeddedKafka.start(folder.resolve("kafka"), 0),
          Optional.of(folder));
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary folder can be made", e);
    }
  }

  private static Infra ready(Postgres postgres, Kafka kafka, Optional<Path> folder) {
    kafka.createTopics(4);
    return new Infra(postgres, kafka, folder);
  }

  public Postgres postgres() {
    return postgres;
  }

  public Kafka kafka() {
    return kafka;
  }

  @Override
  public void close() {
    kafka.close();
    postgres.close();
    folder.ifPresent(Infra::delete);
  }

  private static void delete(Path folder) {
    try (var paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the folder " + folder + " cannot be deleted", e);
    }
  }
}
