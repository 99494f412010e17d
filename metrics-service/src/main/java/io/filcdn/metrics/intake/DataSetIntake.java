package io.filcdn.metrics.intake;

import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.metrics.intake.Reading.Refusal;
import io.filcdn.metrics.intake.Reading.Refused;
import io.filcdn.metrics.publish.PostgresDeadLetters;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.store.Database;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Follows {@code filcdn.index.data-sets}: of each data set the newest record is kept. */
public final class DataSetIntake {

  private final Database database;
  private final PostgresDataSets dataSets;
  private final PostgresDeadLetters deadLetters;
  private final PostgresOffsets offsets;
  private final Refusals refusals;
  private final Clock clock;

  public DataSetIntake(
      Database database,
      PostgresDataSets dataSets,
      PostgresDeadLetters deadLetters,
      PostgresOffsets offsets,
      Refusals refusals,
      Clock clock) {
    this.database = database;
    this.dataSets = dataSets;
    this.deadLetters = deadLetters;
    this.offsets = offsets;
    this.refusals = refusals;
    this.clock = clock;
  }

  /** Applies a batch in one transaction; applied again, it changes nothing. */
  public void apply(Batch batch) {
    if (batch.isEmpty()) {
      return;
    }
    Map<DataSetId, DataSetRecord> newest = new HashMap<>();
    List<Refused> refused = new ArrayList<>();
    for (SourceRecord source : batch.records()) {
      try {
        DataSetRecord told = read(source);
        newest.merge(told.dataSet(), told, DataSetIntake::newer);
      } catch (IllegalArgumentException e) {
        refused.add(
            new Refused(
                source, Optional.empty(), Refusal.UNREADABLE, String.valueOf(e.getMessage())));
      }
    }
    Instant now = clock.instant();
    database.run(
        connection -> {
          dataSets.keepNewer(connection, List.copyOf(newest.values()));
          deadLetters.add(connection, refused.stream().map(r -> r.deadLetter(now)).toList(), now);
          offsets.save(connection, batch);
        });
    refusals.tell(refused);
  }

  /** The index keeps deleted data sets, so that a tombstone is as wrong as any other nonsense. */
  private static DataSetRecord read(SourceRecord source) {
    if (source.value() == null) {
      throw new IllegalArgumentException("expected a DataSetRecord, found no value");
    }
    return RecordJson.read(source.value(), DataSetRecord.class);
  }

  private static DataSetRecord newer(DataSetRecord one, DataSetRecord other) {
    return one.asOf().version() >= other.asOf().version() ? one : other;
  }
}
