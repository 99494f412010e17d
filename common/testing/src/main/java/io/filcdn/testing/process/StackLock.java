package io.filcdn.testing.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;

/**
 * The lock that makes a process the only supervisor of a data folder. The system releases it when
 * the process ends, however it ends.
 */
public final class StackLock implements AutoCloseable {

  private static final String SUPERVISOR = "up";

  private final FileChannel channel;
  private final PidFile pidFile;

  private StackLock(FileChannel channel, PidFile pidFile) {
    this.channel = channel;
    this.pidFile = pidFile;
  }

  /**
   * Takes the folder, or says who has it.
   *
   * @throws StackFailure where another supervisor works on it
   */
  public static StackLock take(DataFolder data) {
    PidFile pidFile = supervisor(data);
    try {
      Files.createDirectories(data.root());
      FileChannel channel =
          FileChannel.open(data.lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (tryLock(channel)) {
        pidFile.write(ProcessHandle.current());
        return new StackLock(channel, pidFile);
      }
      channel.close();
    } catch (IOException e) {
      throw new StackFailure("the folder %s cannot be used: %s".formatted(data.root(), e), e);
    }
    throw new StackFailure(
        "a stack%s runs with the data in %s already: ./filcdn status shows it, ./filcdn down stops it"
            .formatted(
                pidFile.running().map(process -> " (process " + process.pid() + ")").orElse(""),
                data.root()));
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // this very process has it
      return false;
    }
  }

  /** The file in which the supervisor of that folder is remembered. */
  public static PidFile supervisor(DataFolder data) {
    return new PidFile(data.pidFile(SUPERVISOR));
  }

  @Override
  public void close() {
    pidFile.delete();
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the lock of the data folder cannot be released", e);
    }
  }
}
