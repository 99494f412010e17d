package io.filcdn.testing.infra;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A running server of this JVM's own.
 *
 * @param program what runs
 * @param stop ends it, and deletes what it kept
 */
record Server<T>(T program, Runnable stop) {

  static Server<Kafka> kafka(boolean embedded) {
    return embedded
        ? in(folder -> EmbeddedKafka.start(folder, 0), Kafka::close)
        : of(ContainerKafka.start(), Kafka::close);
  }

  static Server<Postgres> postgres(boolean embedded) {
    return embedded
        ? in(folder -> EmbeddedPostgres.start(folder, 0), Postgres::close)
        : of(ContainerPostgres.start(), Postgres::close);
  }

  private static <T> Server<T> of(T program, Consumer<T> close) {
    return new Server<>(program, () -> close.accept(program));
  }

  private static <T> Server<T> in(Function<Path, T> start, Consumer<T> close) {
    try {
      Path folder = Files.createTempDirectory("filcdn-infra");
      T program = start.apply(folder);
      return new Server<>(
          program,
          () -> {
            close.accept(program);
            delete(folder);
          });
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary folder can be made", e);
    }
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
