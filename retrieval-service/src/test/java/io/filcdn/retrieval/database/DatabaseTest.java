package io.filcdn.retrieval.database;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksIterator;

class DatabaseTest {

  private static final Database.Shape SHAPE =
      new Database.Shape("test", List.of("default", "names"), 1L << 20, 10);

  @TempDir Path folder;

  private Database open() throws Exception {
    return Database.open(Files.createDirectories(folder.resolve("data")), SHAPE);
  }

  private static void put(Database database, String key, String value) {
    database.write(
        opened -> {
          opened.db().put(opened.table("names"), key.getBytes(UTF_8), value.getBytes(UTF_8));
          return true;
        });
  }

  private static String get(Database database, String key) {
    return database.read(
        opened -> {
          byte[] value = opened.db().get(opened.table("names"), key.getBytes(UTF_8));
          return value == null ? "" : new String(value, UTF_8);
        });
  }

  private static void flush(Database database) {
    database.write(
        opened -> {
          try (FlushOptions options = new FlushOptions()) {
            opened.db().flush(options, opened.table("names"));
          }
          return true;
        });
  }

  @Test
  void afterAWriteThatTheDiskRefusedItIsWrittenAgainOnceTheDiskTakesWrites() throws Exception {
    try (Database database = open()) {
      put(database, "before", "1");
      Files.move(folder.resolve("data"), folder.resolve("away"));
      assertThatThrownBy(() -> flush(database)).hasMessage("the test cannot be written");
      assertThatThrownBy(() -> put(database, "refused", "2"))
          .hasMessage("the test cannot be written");
      assertThat(get(database, "before")).isEqualTo("1");

      Files.move(folder.resolve("away"), folder.resolve("data"));

      await()
          .atMost(Duration.ofSeconds(30))
          .ignoreExceptions()
          .untilAsserted(() -> put(database, "after", "3"));
      assertThat(get(database, "before")).isEqualTo("1");
      assertThat(get(database, "after")).isEqualTo("3");
      assertThat(Files.exists(folder.resolve("data").resolve("probe"))).isFalse();
    }
    try (Database database = open()) {
      assertThat(get(database, "before") + get(database, "after")).isEqualTo("13");
    }
  }

  @Test
  void whileItCannotBeOpenedToBeWrittenItIsReadAndItsListenerIsTold() throws Exception {
    AtomicInteger told = new AtomicInteger();
    try (Database database = open()) {
      database.listen(told::incrementAndGet);
      put(database, "before", "1");
      Files.move(folder.resolve("data"), folder.resolve("away"));
      assertThatThrownBy(() -> flush(database)).hasMessage("the test cannot be written");
      assertThat(told).hasValue(0);
      Files.delete(folder.resolve("away").resolve("LOCK"));
      Path lock = Files.createDirectory(folder.resolve("away").resolve("LOCK"));
      Files.move(folder.resolve("away"), folder.resolve("data"));

      await().atMost(Duration.ofSeconds(30)).until(() -> isRefused(database) && told.get() > 0);
      assertThat(get(database, "before")).isEqualTo("1");

      Files.delete(folder.resolve("data").resolve(lock.getFileName()));

      await().atMost(Duration.ofSeconds(30)).until(() -> !isRefused(database));
      assertThat(get(database, "before") + get(database, "again")).isEqualTo("12");
    }
  }

  private static boolean isRefused(Database database) {
    try {
      put(database, "again", "2");
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  @Test
  void aTableIsCleared() throws Exception {
    try (Database database = open()) {
      put(database, "", "1");
      put(database, "a", "2");
      put(database, "b", "3");

      database.write(
          opened -> {
            opened.clear("names");
            opened.clear("default");
            return true;
          });

      boolean empty =
          database.read(
              opened -> {
                try (RocksIterator at = opened.rows("names")) {
                  at.seekToFirst();
                  return !at.isValid();
                }
              });
      assertThat(empty).isTrue();
    }
  }

  @Test
  void whatIsClosedIsNotUsed() throws Exception {
    Database database = open();
    database.close();
    database.close();

    assertThatThrownBy(() -> get(database, "a"))
        .isInstanceOf(Database.ClosedException.class)
        .hasMessage("the test is closed");
    assertThatThrownBy(() -> put(database, "a", "1")).isInstanceOf(Database.ClosedException.class);
  }

  @Test
  void whereItCannotBeOpenedItSaysWhere() throws Exception {
    Path file = Files.createFile(folder.resolve("data"));

    assertThatThrownBy(() -> Database.open(file, SHAPE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the test in %s cannot be opened", file);
  }
}
