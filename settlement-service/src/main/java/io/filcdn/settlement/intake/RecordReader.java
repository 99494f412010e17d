package io.filcdn.settlement.intake;

import io.filcdn.common.kafka.DeadLetter;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.service.kafka.SourceRecord;
import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.ledger.Outbox;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;

/** The reader of records, for which one that cannot be read is a dead letter and an alarm. */
@Singleton
final class RecordReader {

  private final Outbox outbox;
  private final Alarms alarms;
  private final Clock clock;

  RecordReader(Outbox outbox, Alarms alarms, Clock clock) {
    this.outbox = outbox;
    this.alarms = alarms;
    this.clock = clock;
  }

  /** Reads a record, in the caller's database transaction. */
  <T> Optional<T> read(SourceRecord record, Class<T> type) {
    String value = record.value();
    if (value == null) {
      // a tombstone: no topic has them; neither a data set nor its bytes can be undone
      return Optional.empty();
    }
    try {
      return Optional.of(RecordJson.read(value, type));
    } catch (IllegalArgumentException e) {
      String message = Optional.ofNullable(e.getMessage()).orElse("unreadable");
      outbox.add(
          new DeadLetter(
              "settlement",
              record.topic(),
              record.partition(),
              record.offset(),
              Optional.ofNullable(record.key()),
              Optional.of(value),
              "unreadable",
              message,
              clock.instant()));
      alarms.raise(
          Alarm.UNREADABLE_RECORD,
          "topic=%s partition=%d offset=%d %s"
              .formatted(record.topic(), record.partition(), record.offset(), message));
      return Optional.empty();
    }
  }
}
