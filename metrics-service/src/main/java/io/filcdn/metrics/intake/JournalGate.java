package io.filcdn.metrics.intake;

import io.filcdn.metrics.intake.PostgresJournals.Backlog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * The gate that lets every record of a journal through once and in order, whatever Kafka delivers:
 * only the successor of the last one passes. What is behind it has passed before and is dropped;
 * what is ahead of it is parked until the gap before it fills.
 *
 * <pre>
 *            the successor
 *   comes ----------------------------------------> passed
 *     | |    ahead               the gap fills,       ^
 *     | +------------> parked ------------------------+
 *     |                   |      or is accepted
 *     |   behind          |  comes once more
 *     +-------------------+-----------------------> duplicate
 * </pre>
 */
public final class JournalGate {

  private static final Logger LOG = Logger.getLogger(JournalGate.class);

  private final PostgresJournals journals = new PostgresJournals();
  private final PostgresGaps gaps = new PostgresGaps();
  private final EgressParser parser;

  public JournalGate(EgressParser parser) {
    this.parser = parser;
  }

  /**
   * The outcome of a batch's records.
   *
   * @param passed those that passed, formerly parked ones among them
   * @param duplicates those that had come before
   * @param parked those that have to wait
   * @param backlog all that waits now
   */
  public record Passage(long passed, long duplicates, long parked, Backlog backlog) {}

  /**
   * Moves the watermarks of the journals that {@code records} are from, in the caller's
   * transaction. Records without a position are not the gate's business.
   *
   * @param through takes what passes; of one journal and partition it comes in order
   */
  public Passage pass(
      Connection connection, List<ParsedEgress> records, Consumer<ParsedEgress> through)
      throws SQLException {
    Map<JournalPartition, List<PositionedRecord>> arrivals = byLane(records);
    List<Watermark> moved = new ArrayList<>();
    long passed = 0;
    long duplicates = 0;
    long parked = 0;
    for (Watermark watermark : journals.lock(connection, arrivals.keySet())) {
      Lane lane = new Lane(connection, watermark, through);
      List<PositionedRecord> arrived = arrivals.getOrDefault(watermark.lane(), List.of());
      int parkedNow = lane.pass(arrived);
      if (!lane.watermark().equals(watermark)) {
        moved.add(lane.watermark());
      }
      passed += lane.passed + lane.released;
      parked += parkedNow;
      duplicates += arrived.size() - lane.passed - parkedNow;
    }
    journals.save(connection, moved);
    return new Passage(passed, duplicates, parked, journals.backlog(connection));
  }

  /** The outcome of a decision that a gap is lost. */
  public sealed interface Acceptance {

    /** A gap that was accepted; {@code released} records that had waited behind it passed. */
    record Accepted(long released) implements Acceptance {}

    /** A refusal: it is not the gap that is there. */
    record Refused(String message) implements Acceptance {}
  }

  /**
   * Moves a watermark over a gap that never fills, in the caller's transaction, and lets through
   * what waited behind it.
   *
   * @param through takes what passes, in order
   */
  public Acceptance accept(Connection connection, Gap gap, Consumer<ParsedEgress> through)
      throws SQLException {
    Optional<Gap> found = gaps.lock(connection, gap.lane());
    if (found.isEmpty()) {
      return new Acceptance.Refused(
          "expected a gap in %s, found none: nothing of it waits".formatted(gap.lane()));
    }
    if (!found.get().equals(gap)) {
      return new Acceptance.Refused(
          "expected the gap %s, found %s; list the gaps again".formatted(gap, found.get()));
    }
    gaps.keepAccepted(connection, gap);
    Watermark before = journals.lock(connection, List.of(gap.lane())).getFirst();
    long last =
        journals.release(
            connection, gap.lane(), gap.to(), parked -> through.accept(parser.parse(parked)));
    int released = journals.forget(connection, gap.lane(), last);
    journals.save(connection, List.of(new Watermark(gap.lane(), last, before.parked() - released)));
    return new Acceptance.Accepted(released);
  }

  private static Map<JournalPartition, List<PositionedRecord>> byLane(List<ParsedEgress> records) {
    Map<JournalPartition, List<PositionedRecord>> lanes = new HashMap<>();
    for (ParsedEgress record : records) {
      record
          .position()
          .ifPresent(
              position ->
                  lanes
                      .computeIfAbsent(position.lane(), _ -> new ArrayList<>())
                      .add(new PositionedRecord(position, record)));
    }
    lanes
        .values()
        .forEach(lane -> lane.sort(Comparator.comparingLong(p -> p.position().sequence())));
    return lanes;
  }

  /** One journal and partition while its records pass. */
  private final class Lane {

    private final Connection connection;
    private final Watermark before;
    private final Consumer<ParsedEgress> through;
    private long sequence;
    private int waiting;
    private long passed;
    private long released;

    Lane(Connection connection, Watermark before, Consumer<ParsedEgress> through) {
      this.connection = connection;
      this.before = before;
      this.through = through;
      this.sequence = before.sequence();
      this.waiting = before.parked();
    }

    Watermark watermark() {
      return new Watermark(before.lane(), sequence, waiting);
    }

    /** Lets pass what may, parks what is early, and tells how much that was. */
    int pass(List<PositionedRecord> arrived) throws SQLException {
      List<PositionedRecord> early = new ArrayList<>();
      for (PositionedRecord arrival : arrived) {
        if (arrival.position().sequence() > sequence + 1) {
          releaseWhatFollows();
        }
        if (arrival.position().sequence() == sequence + 1) {
          through.accept(arrival.record());
          sequence++;
          passed++;
        } else if (arrival.position().sequence() > sequence) {
          early.add(arrival);
        }
      }
      releaseWhatFollows();
      int parked = journals.park(connection, early);
      tellOfGap(early);
      waiting += parked;
      return parked;
    }

    /** Nothing that waits can follow a watermark that has not moved. */
    private void releaseWhatFollows() throws SQLException {
      if (waiting == 0 || sequence == before.sequence()) {
        return;
      }
      long last =
          journals.release(
              connection, before.lane(), sequence, parked -> through.accept(parser.parse(parked)));
      released += last - sequence;
      sequence = last;
      waiting -= journals.forget(connection, before.lane(), sequence);
      if (waiting == 0) {
        LOG.infof("%s: the gap is filled, all up to %d is counted", before.lane(), sequence);
      }
    }

    private void tellOfGap(List<PositionedRecord> early) {
      if (before.parked() == 0 && !early.isEmpty()) {
        LOG.errorf(
            "%s: expected sequence %d, found %d: parked until what is missing comes",
            before.lane(), sequence + 1, early.getFirst().position().sequence());
      }
    }
  }
}
