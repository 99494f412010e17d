package io.filcdn.retrieval.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.ErrorManager;
import java.util.logging.Level;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineFileTest {

  @TempDir private Path folder;

  private final List<Integer> errors = new ArrayList<>();
  private long now;
  private Path parent;
  private LineFile file;

  @BeforeEach
  void aFileWhereItsFolderIsToBe() throws IOException {
    parent = Files.createFile(folder.resolve("logs"));
    file =
        new LineFile(
            parent.resolve("access.log"), new PatternFormatter("%s%n"), 1_000, 2, () -> now);
    file.setErrorManager(
        new ErrorManager() {
          @Override
          public void error(String message, Exception failure, int code) {
            errors.add(code);
          }
        });
  }

  private void write(String line) {
    file.publish(
        new ExtLogRecord(Level.INFO, line, ExtLogRecord.FormatStyle.NO_FORMAT, "LineFileTest"));
    file.flush();
  }

  @Test
  void aFileThatCannotBeOpenedIsTriedAgainAfterAWhile() throws IOException {
    write("first");
    assertThat(errors).containsExactly(ErrorManager.OPEN_FAILURE, ErrorManager.WRITE_FAILURE);
    Files.delete(parent);

    write("second");
    now += LineFile.TRY_AGAIN.toNanos();
    write("third");
    file.close();

    assertThat(errors.subList(2, errors.size())).containsExactly(ErrorManager.WRITE_FAILURE);
    assertThat(parent.resolve("access.log")).hasContent("third");
  }

  @Test
  void aFileThatCannotBeginAnewIsTriedAgainAfterAWhile() throws IOException {
    Files.delete(parent);
    now += LineFile.TRY_AGAIN.toNanos();
    write("a".repeat(1_100));
    Files.delete(parent.resolve("access.log"));
    Files.delete(parent);
    Files.createFile(parent);
    errors.clear();

    write("b");
    write("c");
    assertThat(errors).filteredOn(code -> code == ErrorManager.WRITE_FAILURE).hasSize(2);
    Files.delete(parent);
    now += LineFile.TRY_AGAIN.toNanos();
    write("d");
    file.close();

    assertThat(parent.resolve("access.log")).hasContent("d");
  }
}
