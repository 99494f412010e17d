package io.filcdn.metrics.intake;

import io.filcdn.service.kafka.SourceRecord;

/** A record whose place in its journal is known. */
record Placed(Position position, Reading reading) {

  SourceRecord source() {
    return reading.source();
  }
}
