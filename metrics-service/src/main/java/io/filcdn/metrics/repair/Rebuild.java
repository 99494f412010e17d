package io.filcdn.metrics.repair;

import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.kafka.DeadLetter;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.audit.PostgresAudit;
import io.filcdn.metrics.intake.EgressParser;
import io.filcdn.metrics.intake.Gap;
import io.filcdn.metrics.intake.Position;
import io.filcdn.metrics.intake.PostgresGaps;
import io.filcdn.metrics.intake.PostgresOffsets;
import io.filcdn.metrics.intake.RecordAuthentication;
import io.filcdn.metrics.odometer.Odometer.Totals;
import io.filcdn.metrics.odometer.PostgresOdometers;
import io.filcdn.metrics.publish.PostgresDeadLetters;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.repair.PostgresCheckpoints.Checkpoint;
import io.filcdn.metrics.repair.RebuildReport.Difference;
import io.filcdn.metrics.repair.RebuildReport.Verdict;
import io.filcdn.service.database.Database;
import io.filcdn.service.kafka.SourceRecord;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The rebuild of the odometers: counts them again, from the last checkpoint and {@code
 * filcdn.egress}, shows what differs, and sets them right where it is told to. The service goes on
 * counting meanwhile: what differs is added to what an odometer shows then. Of two rebuilds at
 * once, one corrects an odometer: the other finds that its generation has changed.
 */
public final class Rebuild {

  private final Database database;
  private final PostgresCheckpoints checkpoints = new PostgresCheckpoints();
  private final PostgresOdometers odometers = new PostgresOdometers();
  private final PostgresGaps gaps = new PostgresGaps();
  private final PostgresDataSets dataSets = new PostgresDataSets();
  private final PostgresDeadLetters deadLetters = new PostgresDeadLetters();
  private final PostgresAudit audit = new PostgresAudit();
  private final PostgresOffsets offsets;
  private final EgressParser parser;
  private final RecordAuthentication authentication;
  private final EgressArchive archive;
  private final Network network;
  private final Clock clock;

  public Rebuild(
      Database database,
      PostgresOffsets offsets,
      EgressParser parser,
      RecordAuthentication authentication,
      EgressArchive archive,
      Network network,
      Clock clock) {
    this.database = database;
    this.offsets = offsets;
    this.parser = parser;
    this.authentication = authentication;
    this.archive = archive;
    this.network = network;
    this.clock = clock;
  }

  /**
   * Two moments of one database, and which records died.
   *
   * @param generations of those odometers that were corrected before
   * @param accepted the gaps that were taken for lost
   * @param dead the places in journals of the records that took one
   * @param unheard the others
   * @param read up to where metrics has read, by partition
   */
  private record Snapshots(
      Checkpoint from,
      Checkpoint to,
      Map<DataSetId, Long> generations,
      List<Gap> accepted,
      Set<Position> dead,
      Set<Unheard> unheard,
      Map<Integer, Long> read) {}

  /** A record that was not its edge's word. In a topic made anew, another may have its offset. */
  private record Unheard(int partition, long offset, Optional<String> value) {}

  /**
   * Counts again.
   *
   * @param apply whether what differs is set right; otherwise nothing changes
   */
  public RebuildReport run(boolean apply) {
    Snapshots snapshots = database.call(this::snapshots);
    Recount recount =
        new Recount(
            network, snapshots.from, snapshots.to, parser, snapshots.dead, snapshots.accepted);
    Optional<String> unreadable =
        archive.readFrom(
            snapshots.from.offsets(),
            source -> {
              if (isHeard(snapshots, source)) {
                recount.add(source);
              }
            });
    Optional<String> problem = unreadable.or(() -> incomplete(snapshots, recount));
    if (problem.isPresent()) {
      return RebuildReport.impossible(
          snapshots.from.id(), recount.records(), recount.missing(), problem.get());
    }
    List<Difference> differences = differences(snapshots.to.totals(), recount.totals());
    List<Difference> shown =
        database.call(
            connection -> {
              List<Difference> judged = judged(connection, differences, apply);
              return apply ? applied(connection, judged, snapshots) : judged;
            });
    return new RebuildReport(
        snapshots.from.id(), recount.records(), 0, apply, Optional.empty(), shown);
  }

  private static Optional<String> incomplete(Snapshots snapshots, Recount recount) {
    long missing = recount.missing();
    return missing == 0
        ? Optional.empty()
        : Optional.of(
            "expected all %d records that were counted since checkpoint %d, found %d of them in %s: it was made anew, or has lost the others, and without what they counted no odometer can be set right"
                .formatted(
                    recount.records() + missing,
                    snapshots.from.id(),
                    recount.records(),
                    Topic.EGRESS.topicName()));
  }

  private Snapshots snapshots(Connection connection) throws SQLException {
    checkpoints.freeze(connection);
    Checkpoint from = checkpoints.last(connection);
    Checkpoint to = checkpoints.present(connection, clock.instant());
    Set<Position> dead = new HashSet<>();
    Set<Unheard> unheard = new HashSet<>();
    for (DeadLetter letter : deadLetters.ofTopic(connection, Topic.EGRESS.topicName())) {
      if (DeadLetterReplay.takesAPlace(letter)) {
        parser.parse(DeadLetterReplay.asItCame(letter)).position().ifPresent(dead::add);
      } else {
        unheard.add(new Unheard(letter.partition(), letter.offset(), letter.value()));
      }
    }
    return new Snapshots(
        from,
        to,
        odometers.correctedGenerations(connection),
        gaps.accepted(connection),
        dead,
        unheard,
        offsets.find(connection, Topic.EGRESS.topicName()));
  }

  /**
   * True if a record was taken for its edge's word: those behind where metrics reads were judged
   * when they came, the others are looked at.
   */
  private boolean isHeard(Snapshots snapshots, SourceRecord source) {
    Unheard unheard =
        new Unheard(source.partition(), source.offset(), Optional.ofNullable(source.value()));
    return !snapshots.unheard.contains(unheard)
        && (source.offset() < snapshots.read.getOrDefault(source.partition(), 0L)
            || database.call(connection -> authentication.isAuthentic(connection, source)));
  }

  private static List<Difference> differences(
      Map<DataSetId, Totals> counted, Map<DataSetId, Totals> recounted) {
    Set<DataSetId> all = new TreeSet<>(counted.keySet());
    all.addAll(recounted.keySet());
    List<Difference> differences = new ArrayList<>();
    for (DataSetId id : all) {
      Totals was = counted.getOrDefault(id, Totals.NONE);
      Totals is = recounted.getOrDefault(id, Totals.NONE);
      if (!was.equals(is)) {
        differences.add(new Difference(id, was, is, Verdict.SHOWN));
      }
    }
    return differences;
  }

  private List<Difference> judged(
      Connection connection, List<Difference> differences, boolean apply) throws SQLException {
    List<Difference> judged = new ArrayList<>();
    for (Difference difference : differences) {
      Reported reported =
          dataSets
              .find(connection, difference.dataSet())
              .map(DataSetRecord::reported)
              .orElse(Reported.NONE);
      boolean below =
          difference.recounted().cdnBytes().compareTo(reported.cdnBytes()) < 0
              || difference.recounted().cacheMissBytes().compareTo(reported.cacheMissBytes()) < 0;
      Verdict right = apply ? Verdict.APPLIED : Verdict.SHOWN;
      judged.add(difference.judged(below ? Verdict.BELOW_REPORTED : right));
    }
    return judged;
  }

  private List<Difference> applied(
      Connection connection, List<Difference> judged, Snapshots snapshots) throws SQLException {
    checkpoints.hold(connection);
    List<Difference> applied = new ArrayList<>();
    for (Difference difference : judged) {
      boolean moved =
          difference.verdict() == Verdict.APPLIED && !apply(connection, difference, snapshots);
      applied.add(moved ? difference.judged(Verdict.BUSY) : difference);
    }
    return applied;
  }

  private boolean apply(Connection connection, Difference difference, Snapshots snapshots)
      throws SQLException {
    Instant now = clock.instant();
    long generation =
        snapshots.generations.getOrDefault(
            difference.dataSet(), PostgresOdometers.FIRST_GENERATION);
    boolean corrected =
        odometers.correct(
            connection,
            difference.dataSet(),
            generation,
            difference.counted(),
            difference.recounted(),
            network.epochAt(now));
    if (corrected) {
      checkpoints.correct(
          connection,
          snapshots.from.id(),
          difference.dataSet(),
          difference.counted(),
          difference.recounted());
      audit.add(
          connection,
          new AuditEntry(
              now,
              AuditEntry.Action.REBUILT,
              "data set " + difference.dataSet(),
              "%s was counted, and is %s".formatted(difference.counted(), difference.recounted())));
    }
    return corrected;
  }
}
