package io.filcdn.retrieval.server;

import java.io.FileNotFoundException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.logging.ErrorManager;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.jboss.logmanager.handlers.SizeRotatingFileHandler;

/**
 * A file of lines, which begins anew at its size. While it cannot be opened, as where its disk is
 * full, lines are lost, and it is tried again every few seconds. For one thread.
 */
final class LineFile extends Handler {

  static final Duration TRY_AGAIN = Duration.ofSeconds(5);

  private final SizeRotatingFileHandler lines = new SizeRotatingFileHandler();
  private final Path file;
  private final LongSupplier nanoTime;
  private boolean isOpen;
  private long tryAt;

  /**
   * @param maxBytes at which another file begins
   * @param files that are kept, with the one that is written
   * @param nanoTime a clock for measuring
   */
  LineFile(Path file, Formatter format, long maxBytes, int files, LongSupplier nanoTime) {
    this.file = file;
    this.nanoTime = nanoTime;
    this.tryAt = nanoTime.getAsLong();
    lines.setFormatter(format);
    lines.setAutoFlush(false);
    lines.setAppend(true);
    lines.setRotateSize(maxBytes);
    lines.setMaxBackupIndex(files - 1);
  }

  @Override
  public synchronized void setErrorManager(ErrorManager errors) {
    super.setErrorManager(errors);
    lines.setErrorManager(errors);
  }

  @Override
  public void publish(LogRecord line) {
    if (open()) {
      lines.publish(line);
      // where it could not begin anew, its handler has none any more, and says nothing of later
      // lines
      isOpen = lines.getFile() != null;
      if (isOpen) {
        return;
      }
      tryAt = nanoTime.getAsLong() + TRY_AGAIN.toNanos();
    }
    reportError(file + " is not open", null, ErrorManager.WRITE_FAILURE);
  }

  @Override
  public void flush() {
    if (open()) {
      lines.flush();
    }
  }

  private boolean open() {
    if (!isOpen && nanoTime.getAsLong() - tryAt >= 0) {
      try {
        lines.setFile(file.toFile());
        isOpen = true;
      } catch (FileNotFoundException e) {
        tryAt = nanoTime.getAsLong() + TRY_AGAIN.toNanos();
        reportError(e.getMessage(), e, ErrorManager.OPEN_FAILURE);
      }
    }
    return isOpen;
  }

  @Override
  public void close() {
    lines.close();
  }
}
