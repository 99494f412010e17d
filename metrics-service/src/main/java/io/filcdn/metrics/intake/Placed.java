package io.filcdn.metrics.intake;

/** A record whose place in its journal is known. */
record Placed(Position position, Reading reading) {

  SourceRecord source() {
    return reading.source();
  }
}
