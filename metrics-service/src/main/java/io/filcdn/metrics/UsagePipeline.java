package io.filcdn.metrics;

import io.filcdn.metrics.counting.BatchOutcome;
import io.filcdn.metrics.counting.PipelineMetrics;
import io.filcdn.metrics.counting.UsageCounter;
import io.filcdn.metrics.intake.DeadLetterReporter;
import io.filcdn.metrics.intake.JournalGate;
import io.filcdn.metrics.intake.JournalGate.Passage;
import io.filcdn.metrics.intake.ParsedEgress;
import io.filcdn.metrics.intake.PostgresOffsets;
import io.filcdn.metrics.intake.RecordAuthentication;
import io.filcdn.metrics.publish.Outbox;
import io.filcdn.metrics.quota.Holdings.BeyondHoldingsException;
import io.filcdn.service.kafka.Batch;
import io.filcdn.service.kafka.TopicFollower;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * The path of a served byte: from {@code filcdn.egress} into the odometer of its data set, and on
 * to {@code filcdn.usage}, in the five steps of {@link #apply(Batch, List)}.
 *
 * <p>Each step may happen again, at any time and in two processes at once: whether a record was
 * counted is known by its place in its journal, and what others must be told stays marked until
 * Kafka has it.
 */
public final class UsagePipeline implements TopicFollower.Step {

  private static final Logger LOG = Logger.getLogger(UsagePipeline.class);

  private final RecordAuthentication authentication;
  private final JournalGate gate;
  private final UsageCounter counter;
  private final PostgresOffsets offsets;
  private final Outbox outbox;
  private final DeadLetterReporter reporter;
  private final PipelineMetrics metrics;

  UsagePipeline(
      RecordAuthentication authentication,
      JournalGate gate,
      UsageCounter counter,
      PostgresOffsets offsets,
      Outbox outbox,
      DeadLetterReporter reporter,
      PipelineMetrics metrics) {
    this.authentication = authentication;
    this.gate = gate;
    this.counter = counter;
    this.offsets = offsets;
    this.outbox = outbox;
    this.reporter = reporter;
    this.metrics = metrics;
  }

  /**
   * Reads a batch and verifies its signatures, which is the part of the first step that takes no
   * database; what it returns are the others.
   */
  @Override
  public Runnable read(Batch batch) {
    List<ParsedEgress> records = authentication.read(batch.records());
    return () -> apply(batch, records);
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

  private void apply(Batch batch, List<ParsedEgress> records) {
    if (!batch.isEmpty()) {
      BatchOutcome outcome =
          counter.count(
              (connection, usage) -> {
                // 1. it is its edge's word: signed by the edge, in a journal of the edge's own
                List<ParsedEgress> authentic = authentication.authorize(connection, records);
                usage.prepare(authentic);
                // 2. it passes the gate, once and in the order of its journal
                Passage passage = gate.pass(connection, authentic, usage);
                offsets.save(connection, batch);
                usage.keepDeadLetters();
                // 3. its bytes are added to odometers, and to the series of its hour and day
                usage.addToOdometersAndSeries();
                // 4. what it used is taken from what its journal holds of the quota
                usage.takeFromLeases();
                return usage.outcome(passage);
              });
      report(batch, outcome);
    }
    // 5. once that is committed, Kafka and webhooks are told what changed
    outbox.publish();
  }

  private void report(Batch batch, BatchOutcome outcome) {
    metrics.record(outcome);
    LOG.debugf("%d records from %s: %s", batch.records().size(), batch.topic(), outcome.passage());
    reporter.report(outcome.refused());
  }
}
