package io.filcdn.bench.run;

import io.filcdn.testing.process.DataFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder of a benchmark's own, which goes when all went well: where it fails, the logs stay. */
public final class TemporaryFolder {

  private TemporaryFolder() {}

  /** A use of the folder. */
  @FunctionalInterface
  public interface Use<T> {

    /** Fills the folder, and is done with it. */
    T of(Path folder) throws IOException;
  }

  /** Makes the folder, and deletes it behind its use. */
  public static <T> T use(Use<T> use) {
    try {
      Path folder = Files.createTempDirectory("filcdn-bench");
      T outcome = use.of(folder);
      DataFolder.delete(folder);
      return outcome;
    } catch (IOException e) {
      throw new UncheckedIOException("the benchmark cannot use the temporary folder", e);
    }
  }
}
