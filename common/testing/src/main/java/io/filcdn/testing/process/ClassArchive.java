package io.filcdn.testing.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The classes of a packaged program as its JVM has them in memory (AppCDS), kept beside the build
 * for the processes of its tests: with them they start in half the time.
 *
 * @param jar what {@code java -jar} runs
 * @param file the archive
 */
public record ClassArchive(Path jar, Path file) {

  /** The option of a JVM that uses the archive, where it is there. */
  public String option() {
    return "-XX:SharedArchiveFile=" + file;
  }

  /** The option of a JVM that leaves the archive when it ends politely. */
  public String trainingOption() {
    return "-XX:ArchiveClassesAtExit=" + file;
  }

  /**
   * Runs {@code training}, a process with {@link #trainingOption} from its start to its end, where
   * none of this build did; other JVMs wait meanwhile.
   */
  public void trainOnce(Runnable training) {
    Path lock = file.resolveSibling(file.getFileName() + ".lock");
    try (FileChannel channel =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock _ = channel.lock()) {
      if (file.toFile().lastModified() < jar.toFile().lastModified()) {
        training.run();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
