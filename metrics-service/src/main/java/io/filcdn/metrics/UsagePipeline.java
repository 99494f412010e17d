package io.filcdn.metrics;

import io.filcdn.common.network.Network;
import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.audit.AuditEntry.Action;
import io.filcdn.metrics.intake.Authenticity;
import io.filcdn.metrics.intake.Gap;
import io.filcdn.metrics.intake.JournalGate;
import io.filcdn.metrics.intake.JournalGate.Acceptance;
import io.filcdn.metrics.intake.JournalGate.Passage;
import io.filcdn.metrics.intake.Reading;
import io.filcdn.metrics.intake.Reading.Refused;
import io.filcdn.metrics.intake.Refusals;
import io.filcdn.metrics.odometer.Tally;
import io.filcdn.metrics.publish.Outbox;
import io.filcdn.metrics.quota.Holdings;
import io.filcdn.metrics.quota.Holdings.BeyondHoldingsException;
import io.filcdn.metrics.series.SeriesTally;
import io.filcdn.service.kafka.Batch;
import io.filcdn.service.kafka.TopicFollower;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
public final class UsagePipeline implements TopicFollower.Step {

  private static final Logger LOG = Logger.getLogger(UsagePipeline.class);

  private final Authenticity authenticity;
  private final JournalGate gate;
  private final Holdings.Rules holdings;
  private final Tables tables;
  private final Outbox outbox;
  private final Network network;
  private final Clock clock;
  private final Refusals refusals;
  private final PipelineMetrics metrics;

  UsagePipeline(
      Authenticity authenticity,
      JournalGate gate,
      Holdings.Rules holdings,
      Tables tables,
      Outbox outbox,
      Network network,
      Clock clock,
      Refusals refusals,
      PipelineMetrics metrics) {
    this.authenticity = authenticity;
    this.gate = gate;
    this.holdings = holdings;
    this.tables = tables;
    this.outbox = outbox;
    this.network = network;
    this.clock = clock;
    this.refusals = refusals;
    this.metrics = metrics;
  }

  /** Reads a batch and verifies its signatures; what it returns is {@link #apply}. */
  @Override
  public Runnable read(Batch batch) {
    List<Reading> readings = authenticity.read(batch.records());
    return () -> apply(batch, readings);
  }

  /**
   * Counts a batch in one transaction, and then tells of what changed; of an earlier batch's
   * changes too, where those were not told.
   */
  @Override
  public void apply(Batch batch) {
    read(batch).run();
  }

  @Override
  public boolean isForeseen(RuntimeException failure) {
    return failure instanceof BeyondHoldingsException;
  }

  private void apply(Batch batch, List<Reading> readings) {
    if (!batch.isEmpty()) {
      Counted counted = count(batch, readings);
      metrics.record(counted);
      LOG.debugf(
          "%d records from %s: %s", batch.records().size(), batch.topic(), counted.passage());
      refusals.tell(counted.refused());
    }
    outbox.publish();
  }

  /**
   * The outcome of one transaction.
   *
   * @param delay how long ago the oldest flush ended that it counted
   */
  record Counted(Passage passage, long rows, Duration delay, List<Refused> refused) {}

  private Counted count(Batch batch, List<Reading> readings) {
    try {
      return count(batch, readings, Holdings.Check.AT_THE_END);
    } catch (BeyondHoldingsException | ArithmeticException e) {
      LOG.warnf("%s: something in this batch may not count: %s", batch.topic(), e.getMessage());
      return count(batch, readings, Holdings.Check.BY_RECORD);
    }
  }

  private Counted count(Batch batch, List<Reading> readings, Holdings.Check check) {
    return tables.database().call(connection -> count(connection, batch, readings, check));
  }

  private Counted count(
      Connection connection, Batch batch, List<Reading> readings, Holdings.Check check)
      throws SQLException {
    List<Reading> judged = authenticity.judge(connection, readings);
    Counting counting = counting(connection, check);
    counting.expect(judged);
    // nobody can tell whether these came before: they are dead letters each time they come
    judged.stream().filter(reading -> reading.position().isEmpty()).forEach(counting);
    Passage passage = gate.pass(connection, judged, counting);
    tables.offsets().save(connection, batch);
    counting.store(tables);
    return new Counted(
        passage, counting.tally().rows(), counting.tally().delay(), counting.refused());
  }

  /**
   * Takes for lost what an operator has proven lost, and counts what waited behind it. What is
   * missing and comes all the same is a duplicate from then on.
   *
   * @param by who decided it, and on what proof
   */
  public Acceptance accept(Gap gap, String by) {
    Acceptance acceptance =
        tables
            .database()
            .call(
                connection -> {
                  Counting counting = counting(connection, Holdings.Check.BY_RECORD);
                  Acceptance accepted = gate.accept(connection, gap, counting);
                  if (accepted instanceof Acceptance.Accepted(long released)) {
                    String detail =
                        "sequences %d to %d are taken for lost, %d records behind them are counted; %s"
                            .formatted(gap.from(), gap.to(), released, by);
                    Instant now = clock.instant();
                    tables
                        .audit()
                        .add(
                            connection,
                            new AuditEntry(
                                now, Action.GAP_ACCEPTED, gap.lane().toString(), detail));
                    counting.store(tables);
                  }
                  return accepted;
                });
    LOG.warnf("an operator takes a gap for lost (%s; %s): %s", gap, by, acceptance);
    return acceptance;
  }

  private Counting counting(Connection connection, Holdings.Check check) {
    Instant now = clock.instant();
    return new Counting(
        connection,
        new Holdings(tables.leases(), tables.odometers(), holdings, check),
        new Tally(network, now),
        new SeriesTally(network, now),
        now);
  }
}
