package io.filcdn.testing.process;

import java.util.Locale;

/** A listener on a port of its own. */
public enum Listener {
  RETRIEVAL(0),
  INDEXER(1),
  METRICS(2),
  SETTLEMENT(3),
  KAFKA(4),
  POSTGRES(5),
  CHAIN(6),
  PROVIDER(7),
  RETRIEVAL_MANAGEMENT(8);

  /** The distance of the last one's port from the first one's. */
  static final int SPAN = RETRIEVAL_MANAGEMENT.offset;

  private final int offset;

  Listener(int offset) {
    this.offset = offset;
  }

  /** The distance of its port from the first one's. */
  int offset() {
    return offset;
  }

  /** Its name in messages. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
