package io.filcdn.metrics.intake;

import io.filcdn.common.kafka.Topic;
import io.filcdn.common.lease.JournalProgress;
import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.audit.AuditEntry.Action;
import io.filcdn.metrics.audit.PostgresAudit;
import io.filcdn.metrics.intake.EgressOffsets.Range;
import io.filcdn.metrics.intake.PostgresProgress.Check;
import io.filcdn.metrics.intake.PostgresProgress.Unapplied;
import io.filcdn.service.database.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/**
 * The search for records that Kafka acknowledged to an edge and has no more. Where later ones come,
 * the gap before them tells; of the last ones of a journal only the edge can.
 *
 * <p>What an edge says that Kafka has, and was not applied, is looked for: it lies before the end
 * that its partition has now. If it is not applied once all before that end was read, and for some
 * time after, it is lost. A topic that was made anew begins and ends at lower offsets; what it does
 * not hold need not be read.
 *
 * <pre>
 *            not applied             all before that end is read,
 *   told ------------------> sought --------------------------------> lost
 *     |                         |    and the time after is over         |
 *     |        applied          |  applied         applied, or accepted |
 *     +-------------------------+---------------------------------------+--> forgotten
 * </pre>
 */
public final class LostRecordDetector {

  private static final Logger LOG = Logger.getLogger(LostRecordDetector.class);

  /** The number of journals' partitions that are looked at in one go. */
  private static final int AT_ONCE = 1000;

  private final Database database;
  private final PostgresProgress progress = new PostgresProgress();
  private final PostgresOffsets applied;
  private final EgressOffsets kafka;
  private final PostgresAudit audit = new PostgresAudit();
  private final Duration grace;
  private final Clock clock;

  /**
   * @param grace how long records that were passed over may still come
   */
  public LostRecordDetector(
      Database database,
      PostgresOffsets applied,
      EgressOffsets kafka,
      Duration grace,
      Clock clock) {
    this.database = database;
    this.applied = applied;
    this.kafka = kafka;
    this.grace = grace;
    this.clock = clock;
  }

  /**
   * Remembers what an edge tells; that it comes twice or late does no harm.
   *
   * @return whether all of it was applied
   */
  public boolean report(JournalProgress told) {
    Instant now = clock.instant();
    return database.call(
        connection -> {
          progress.keep(connection, told, now);
          return progress.isApplied(connection, told.journal());
        });
  }

  /** The extent of known losses: how many journals' partitions, and how many of their records. */
  public record LostTotals(long journals, long records) {}

  /** Looks for what was told and not applied, and tells how much is lost. */
  public LostTotals detect() {
    if (database.call(connection -> progress.unapplied(connection, 1)).isEmpty()) {
      database.run(progress::forgetApplied);
      return new LostTotals(0, 0);
    }
    try {
      Map<Integer, Range> kept = kafka.find();
      database.run(connection -> detect(connection, kept));
    } catch (KafkaException e) {
      LOG.infof("lost records are looked for later: %s", e.getMessage());
    }
    return database.call(progress::lostTotals);
  }

  private void detect(Connection connection, Map<Integer, Range> kept) throws SQLException {
    Instant now = clock.instant();
    progress.forgetApplied(connection);
    // in this order: what is read here as read, is applied in what is read next
    Map<Integer, Long> read = applied.find(connection, Topic.EGRESS.topicName());
    List<Check> checks = new ArrayList<>();
    for (Unapplied one : progress.unapplied(connection, AT_ONCE)) {
      Range range = kept.getOrDefault(one.lane().partition(), new Range(0, 0));
      Check check = one.check().orElse(new Check(one.lane(), one.sequence(), range.end(), now));
      // a topic that was cut short or made anew ends before
      check = check.notBehind(range.end());
      checks.add(check);
      long readTo = read.getOrDefault(one.lane().partition(), 0L);
      boolean overdue = !now.isBefore(check.since().plus(grace));
      if (one.lostSince().isEmpty() && overdue && isRead(range, readTo, check.offset())) {
        lose(connection, one, check, now);
      }
    }
    progress.save(connection, checks, kept.size(), now);
  }

  private static boolean isRead(Range kept, long readTo, long offset) {
    // who has read on behind the end will begin anew
    return kept.begin() == kept.end() || (readTo <= kept.end() && readTo >= offset);
  }

  private void lose(Connection connection, Unapplied one, Check check, Instant now)
      throws SQLException {
    progress.markLost(connection, one.lane(), now);
    String what =
        "edge %s: sequences %d to %d were acknowledged by Kafka and are not there any more"
            .formatted(one.edge(), one.applied() + 1, check.sequence());
    audit.add(connection, new AuditEntry(now, Action.TAIL_LOST, one.lane().toString(), what));
    LOG.errorf("%s: %s; what they counted is not billed", one.lane(), what);
  }
}
