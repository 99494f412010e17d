package io.filcdn.metrics.intake;

import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.intake.ParsedEgress.DeadLetterReason;
import io.filcdn.metrics.intake.ParsedEgress.Flush;
import io.filcdn.metrics.intake.ParsedEgress.Refused;
import io.filcdn.metrics.json.PostgresSafeJson;
import io.filcdn.service.kafka.SourceRecord;
import java.util.Optional;

/** A reader of the records of {@code filcdn.egress}, which never fails. */
public final class EgressParser {

  private final ByteCount mostPerRecord;

  /**
   * @param mostPerRecord the most bytes that one flush can count. Odometers never go down, so that
   *     one nonsensical number would spoil one for ever
   */
  public EgressParser(ByteCount mostPerRecord) {
    this.mostPerRecord = mostPerRecord;
  }

  /** Tells what {@code source} is. */
  public ParsedEgress parse(SourceRecord source) {
    String value = source.value();
    if (value == null) {
      return new Refused(
          source,
          Optional.empty(),
          DeadLetterReason.UNREADABLE,
          "expected an EgressRecord, found no value");
    }
    try {
      EgressRecord egress = PostgresSafeJson.read(value, EgressRecord.class);
      Flush flush = new Flush(source, egress);
      return isPlausible(egress)
          ? flush
          : new Refused(
              source,
              flush.position(),
              DeadLetterReason.IMPLAUSIBLE,
              "expected a flush of at most %s bytes and as many requests, found more"
                  .formatted(mostPerRecord));
    } catch (IllegalArgumentException e) {
      return new Refused(
          source, position(value), DeadLetterReason.UNREADABLE, String.valueOf(e.getMessage()));
    }
  }

  private static Optional<Position> position(String value) {
    try {
      return Optional.of(RecordJson.read(value, Position.class));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private boolean isPlausible(EgressRecord egress) {
    long bytesLeft = mostPerRecord.bytes();
    long countsLeft = mostPerRecord.bytes();
    for (EgressRow row : egress.rows()) {
      bytesLeft -=
          switch (row) {
            case EgressRow.Egress sent -> sent.egressBytes().bytes();
            case EgressRow.Fill fill -> fill.fillBytes().bytes();
            case EgressRow.Unbilled free ->
                Math.max(free.unbilledBytes().bytes(), free.unbilledFillBytes().bytes());
          };
      countsLeft -=
          switch (row) {
            case EgressRow.Egress sent -> sent.requests();
            case EgressRow.Fill fill -> fill.fills();
            case EgressRow.Unbilled free -> free.requests();
          };
      if (bytesLeft < 0 || countsLeft < 0) {
        return false;
      }
    }
    return true;
  }
}
