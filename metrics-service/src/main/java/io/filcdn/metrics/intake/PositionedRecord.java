package io.filcdn.metrics.intake;

/** A record whose place in its journal is known. */
record PositionedRecord(Position position, ParsedEgress record) {

  SourceRecord source() {
    return record.source();
  }
}
