package io.filcdn.retrieval;

import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;

/** All that the edge and its HTTP stack log, at every level, until this is closed. */
final class CollectedLogs implements AutoCloseable {

  private final List<Logger> logs =
      Stream.of("io.filcdn", "io.vertx").map(Logger::getLogger).toList();
  private final Handler handler;

  private CollectedLogs(StringBuilder all) {
    handler = new CollectingHandler(all);
    for (Logger log : logs) {
      log.addHandler(handler);
      log.setLevel(Level.ALL);
    }
  }

  /** Begins to append them, holding the monitor of {@code all}. */
  static CollectedLogs into(StringBuilder all) {
    return new CollectedLogs(all);
  }

  @Override
  public void close() {
    for (Logger log : logs) {
      log.removeHandler(handler);
      log.setLevel(null);
    }
  }

  private static final class CollectingHandler extends Handler {

    private final StringBuilder all;
    private final SimpleFormatter formatter = new SimpleFormatter();

    CollectingHandler(StringBuilder all) {
      this.all = all;
      setLevel(Level.ALL);
    }

    @Override
    public void publish(LogRecord record) {
      synchronized (all) {
        all.append(formatter.format(record));
      }
    }

    @Override
    public void flush() {
      // it is all there
    }

    @Override
    public void close() {
      // nothing is open
    }
  }
}
