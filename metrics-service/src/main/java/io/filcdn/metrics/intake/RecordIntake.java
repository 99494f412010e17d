package io.filcdn.metrics.intake;

import io.filcdn.metrics.intake.ParsedEgress.DeadLetterReason;
import io.filcdn.metrics.intake.ParsedEgress.Refused;
import io.filcdn.metrics.publish.PostgresDeadLetters;
import io.filcdn.service.database.Database;
import io.filcdn.service.kafka.Batch;
import io.filcdn.service.kafka.SourceRecord;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The intake of a topic of which more is to be kept than counted: a batch is one transaction, and a
 * record that cannot be read is a dead letter.
 *
 * @param <T> what a record is read as
 */
public final class RecordIntake<T> {

  private final Reader<T> reader;
  private final Keeper<T> keeper;
  private final Database database;
  private final PostgresDeadLetters deadLetters = new PostgresDeadLetters();
  private final PostgresOffsets offsets;
  private final DeadLetterReporter reporter;
  private final Clock clock;

  /** A reader of records. */
  public interface Reader<T> {

    /**
     * Reads a record.
     *
     * @throws IllegalArgumentException where it is none of its topic's kind
     */
    T read(SourceRecord source);
  }

  /** A place where records are kept. */
  public interface Keeper<T> {

    /** Keeps records, in their order within a key and in the caller's transaction. */
    void keep(Connection connection, List<T> records) throws SQLException;
  }

  public RecordIntake(
      Reader<T> reader,
      Keeper<T> keeper,
      Database database,
      PostgresOffsets offsets,
      DeadLetterReporter reporter,
      Clock clock) {
    this.reader = reader;
    this.keeper = keeper;
    this.database = database;
    this.offsets = offsets;
    this.reporter = reporter;
    this.clock = clock;
  }

  /** Applies a batch in one transaction. */
  public void apply(Batch batch) {
    if (batch.isEmpty()) {
      return;
    }
    List<T> records = new ArrayList<>();
    List<Refused> refused = new ArrayList<>();
    for (SourceRecord source : batch.records()) {
      try {
        records.add(reader.read(source));
      } catch (IllegalArgumentException e) {
        refused.add(
            new Refused(
                source,
                Optional.empty(),
                DeadLetterReason.UNREADABLE,
                String.valueOf(e.getMessage())));
      }
    }
    Instant now = clock.instant();
    database.run(
        connection -> {
          keeper.keep(connection, records);
          deadLetters.add(connection, refused.stream().map(r -> r.deadLetter(now)).toList(), now);
          offsets.save(connection, batch);
        });
    reporter.report(refused);
  }
}
