package io.filcdn.metrics.odometer;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.metrics.odometer.Odometer.Totals;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The sums of one batch's records, one for each data set: however many rows come, each odometer is
 * written once.
 */
public final class OdometerIncreases {

  private final Network network;
  private final Instant now;
  private final Map<DataSetId, Increase> billable = new HashMap<>();
  private final Map<Unbilled.Key, Unbilled> unbilled = new HashMap<>();
  private long rows;
  private Duration delay = Duration.ZERO;

  /**
   * @param now when this is counted; nothing can have been served later, whatever the clock of an
   *     edge says
   */
  public OdometerIncreases(Network network, Instant now) {
    this.network = network;
    this.now = now;
  }

  /** Counts a flush; it must not have been counted before. */
  public void add(EgressRecord flush) {
    Instant served = withinTheChainsTime(flush.to());
    Duration since = Duration.between(served, now);
    delay = since.compareTo(delay) > 0 ? since : delay;
    Epoch servedBy = network.epochAt(served);
    for (EgressRow row : flush.rows()) {
      switch (row) {
        case EgressRow.Egress egress -> add(egress.dataSet(), Totals.of(egress), servedBy);
        case EgressRow.Fill fill -> add(fill.dataSet(), Totals.of(fill), servedBy);
        case EgressRow.Unbilled free -> add(free);
      }
      rows++;
    }
  }

  /** The number of rows that were counted. */
  public long rows() {
    return rows;
  }

  /** The time since the oldest of the flushes ended. */
  public Duration delay() {
    return delay;
  }

  /** The epoch of the moment of counting. */
  Epoch currentEpoch() {
    return network.epochAt(now);
  }

  /** Sorted by data set: every transaction writes in this order, so that none waits in a circle. */
  public List<Increase> billable() {
    return billable.values().stream().sorted(Comparator.comparing(Increase::dataSet)).toList();
  }

  /** Sorted likewise. */
  List<Unbilled> unbilled() {
    return unbilled.values().stream()
        .sorted(Comparator.comparing(Unbilled::dataSet).thenComparing(Unbilled::reason))
        .toList();
  }

  /** The clocks of edges may tell anything. */
  private Instant withinTheChainsTime(Instant told) {
    if (told.isAfter(now)) {
      return now;
    }
    return told.isBefore(network.genesis()) ? network.genesis() : told;
  }

  private void add(DataSetId dataSet, Totals totals, Epoch servedBy) {
    billable.merge(dataSet, new Increase(dataSet, totals, servedBy), Increase::plus);
  }

  private void add(EgressRow.Unbilled row) {
    unbilled.merge(
        new Unbilled.Key(row.dataSet(), row.reason()),
        new Unbilled(
            row.dataSet(),
            row.reason(),
            row.requests(),
            row.unbilledBytes(),
            row.unbilledFillBytes()),
        Unbilled::plus);
  }
}
