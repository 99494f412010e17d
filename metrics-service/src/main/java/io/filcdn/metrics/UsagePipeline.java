package io.filcdn.metrics;

import io.filcdn.common.network.Network;
import io.filcdn.metrics.intake.Batch;
import io.filcdn.metrics.intake.EgressReader;
import io.filcdn.metrics.intake.JournalGate;
import io.filcdn.metrics.intake.JournalGate.Passage;
import io.filcdn.metrics.intake.PostgresOffsets;
import io.filcdn.metrics.intake.Reading;
import io.filcdn.metrics.intake.Reading.Flush;
import io.filcdn.metrics.intake.Reading.Refused;
import io.filcdn.metrics.intake.Refusals;
import io.filcdn.metrics.odometer.PostgresOdometers;
import io.filcdn.metrics.odometer.Tally;
import io.filcdn.metrics.publish.Outbox;
import io.filcdn.metrics.publish.PostgresDeadLetters;
import io.filcdn.metrics.store.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * The path of a served byte: from {@code filcdn.egress} into the odometer of its data set, and on
 * to {@code filcdn.usage}.
 *
 * <p>Each step may happen again, at any time and in two processes at once: whether a record was
 * counted is known by its place in its journal, and what others must be told stays marked until
 * Kafka has it.
 */
public final class UsagePipeline {

  private static final Logger LOG = Logger.getLogger(UsagePipeline.class);

  private final EgressReader reader;
  private final JournalGate gate;
  private final PostgresOdometers odometers;
  private final PostgresDeadLetters deadLetters;
  private final PostgresOffsets offsets;
  private final Outbox outbox;
  private final Database database;
  private final Network network;
  private final Clock clock;
  private final Refusals refusals;
  private final PipelineMetrics metrics;

  UsagePipeline(
      EgressReader reader,
      JournalGate gate,
      PostgresOdometers odometers,
      PostgresDeadLetters deadLetters,
      PostgresOffsets offsets,
      Outbox outbox,
      Database database,
      Network network,
      Clock clock,
      Refusals refusals,
      PipelineMetrics metrics) {
    this.reader = reader;
    this.gate = gate;
    this.odometers = odometers;
    this.deadLetters = deadLetters;
    this.offsets = offsets;
    this.outbox = outbox;
    this.database = database;
    this.network = network;
    this.clock = clock;
    this.refusals = refusals;
    this.metrics = metrics;
  }

  /**
   * Counts a batch in one transaction, and then tells of what changed; of an earlier batch's
   * changes too, where those were not told.
   */
  void apply(Batch batch) {
    if (!batch.isEmpty()) {
      List<Reading> readings = batch.records().stream().map(reader::read).toList();
      Counted counted = database.call(connection -> count(connection, batch, readings));
      metrics.record(counted);
      LOG.debugf(
          "%d records from %s: %s", batch.records().size(), batch.topic(), counted.passage());
      refusals.tell(counted.refused());
    }
    outbox.publish();
  }

  /**
   * What one transaction did.
   *
   * @param delay how long ago the oldest flush ended that it counted
   */
  record Counted(Passage passage, long rows, Duration delay, List<Refused> refused) {}

  private Counted count(Connection connection, Batch batch, List<Reading> readings)
      throws SQLException {
    Instant now = clock.instant();
    Tally tally = new Tally(network, now);
    List<Refused> refused = new ArrayList<>(withoutPosition(readings));
    Passage passage =
        gate.pass(
            connection,
            readings,
            passed -> {
              switch (passed) {
                case Flush flush -> tally.add(flush.egress());
                case Refused nonsense -> refused.add(nonsense);
              }
            });
    odometers.add(connection, tally);
    deadLetters.add(connection, refused.stream().map(r -> r.deadLetter(now)).toList());
    offsets.save(connection, batch);
    return new Counted(passage, tally.rows(), tally.delay(), refused);
  }

  /** Nobody can tell whether these came before: they are dead letters each time they come. */
  private static List<Refused> withoutPosition(List<Reading> readings) {
    return readings.stream()
        .filter(Refused.class::isInstance)
        .map(Refused.class::cast)
        .filter(refused -> refused.position().isEmpty())
        .toList();
  }
}
