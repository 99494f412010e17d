package io.filcdn.metrics.intake;

import io.filcdn.service.kafka.SourceRecord;

/** A record whose place in its journal is known. */
record PositionedRecord(Position position, ParsedEgress record) {

  SourceRecord source() {
    return record.source();
  }
}
