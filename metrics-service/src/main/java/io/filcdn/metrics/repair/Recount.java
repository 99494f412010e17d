package io.filcdn.metrics.repair;

import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.metrics.intake.EgressParser;
import io.filcdn.metrics.intake.Gap;
import io.filcdn.metrics.intake.JournalPartition;
import io.filcdn.metrics.intake.ParsedEgress;
import io.filcdn.metrics.intake.Position;
import io.filcdn.metrics.odometer.Increase;
import io.filcdn.metrics.odometer.Odometer.Totals;
import io.filcdn.metrics.odometer.OdometerIncreases;
import io.filcdn.metrics.repair.PostgresCheckpoints.Checkpoint;
import io.filcdn.service.kafka.SourceRecord;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The recounted odometers: those of a checkpoint, plus every record of {@code filcdn.egress} that
 * was counted since, each once. What was counted is told by the watermarks of then and now, so that
 * neither order nor repetition matters.
 */
final class Recount {

  private final Checkpoint from;
  private final Checkpoint to;
  private final EgressParser parser;
  private final Set<Position> dead;
  private final Map<JournalPartition, List<Gap>> accepted;
  private final OdometerIncreases increases;
  private final Map<JournalPartition, BitSet> seen = new HashMap<>();
  private long records;

  /**
   * @param dead the places of dead letters, which count nothing
   * @param accepted the gaps that were passed over: what comes of them all the same counts nothing
   */
  Recount(
      Network network,
      Checkpoint from,
      Checkpoint to,
      EgressParser parser,
      Set<Position> dead,
      List<Gap> accepted) {
    this.from = from;
    this.to = to;
    this.parser = parser;
    this.dead = dead;
    this.accepted = accepted.stream().collect(Collectors.groupingBy(Gap::lane));
    this.increases = new OdometerIncreases(network, to.takenAt());
  }

  /** Counts a record, unless it came before, or belongs to what was counted before or after. */
  void add(SourceRecord source) {
    ParsedEgress record = parser.parse(source);
    if (record.position().isEmpty()) {
      return;
    }
    Position position = record.position().get();
    long start = from.watermarks().getOrDefault(position.lane(), 0L);
    long end = to.watermarks().getOrDefault(position.lane(), 0L);
    if (position.sequence() <= start || position.sequence() > end || isAccepted(position)) {
      return;
    }
    BitSet lane = seen.computeIfAbsent(position.lane(), _ -> new BitSet());
    int index = Math.toIntExact(position.sequence() - start - 1);
    if (lane.get(index)) {
      return;
    }
    lane.set(index);
    records++;
    if (record instanceof ParsedEgress.Flush flush && !dead.contains(position)) {
      increases.add(flush.egress());
    }
  }

  private boolean isAccepted(Position position) {
    return accepted.getOrDefault(position.lane(), List.of()).stream()
        .anyMatch(gap -> gap.covers(position.sequence()));
  }

  /** The number of records that were counted. */
  long records() {
    return records;
  }

  /**
   * The number of records that were counted at first and did not come again. While there are any,
   * the totals are not right.
   */
  long missing() {
    long expected = 0;
    for (Map.Entry<JournalPartition, Long> watermark : to.watermarks().entrySet()) {
      JournalPartition lane = watermark.getKey();
      long start = from.watermarks().getOrDefault(lane, 0L);
      expected += watermark.getValue() - start;
      for (Gap gap : accepted.getOrDefault(lane, List.of())) {
        // it was passed over in one step: before the checkpoint, or after it
        expected -= gap.from() > start ? gap.size() : 0;
      }
    }
    return expected - records;
  }

  /** The odometers that this comes to. */
  Map<DataSetId, Totals> totals() {
    Map<DataSetId, Totals> totals = new HashMap<>(from.totals());
    for (Increase increase : increases.billable()) {
      totals.merge(increase.dataSet(), increase.totals(), Totals::plus);
    }
    return totals;
  }
}
