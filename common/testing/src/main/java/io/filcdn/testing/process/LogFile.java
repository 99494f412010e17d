package io.filcdn.testing.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.logging.FileHandler;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** The place that this process logs to: nowhere at first, then a file, never a person's screen. */
public final class LogFile {

  private static final String ONE_LINE = "%1$tF %1$tT.%1$tL %4$s [%3$s] %5$s%6$s%n";

  private LogFile() {}

  /** Keeps what libraries log off the screen. */
  public static void silence() {
    System.setProperty("java.util.logging.SimpleFormatter.format", ONE_LINE);
    LogManager.getLogManager().reset();
  }

  /** Logs to {@code file} from now on. */
  public static void begin(Path file) {
    try {
      Handler handler = new FileHandler(file.toString().replace("%", "%%"));
      handler.setFormatter(new SimpleFormatter());
      Logger.getLogger("").addHandler(handler);
    } catch (IOException e) {
      throw new StackFailure("no log can be written to %s: %s".formatted(file, e), e);
    }
  }
}
