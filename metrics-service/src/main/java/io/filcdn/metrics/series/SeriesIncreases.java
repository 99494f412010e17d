package io.filcdn.metrics.series;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.network.Network;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The sums that the records of one batch add to series, a sum for each value and hour. */
public final class SeriesIncreases {

  /** Names are ours; none is longer. */
  private static final int LONGEST_VALUE = 100;

  private final Network network;
  private final Instant now;
  private final Map<Cell, Sums> sums = new HashMap<>();

  /** A value of a dimension in one hour. */
  record Cell(Dimension dimension, String value, Instant hour) {}

  /** A sum of one cell. */
  record Added(Cell cell, Sums sums) {}

  /**
   * @param now when this is counted; whatever the clock of an edge says, nothing is told of later
   */
  public SeriesIncreases(Network network, Instant now) {
    this.network = network;
    this.now = now;
  }

  /** Counts a flush. */
  public void add(EgressRecord flush) {
    Instant hour = withinTheChainsTime(flush.to()).truncatedTo(ChronoUnit.HOURS);
    for (EgressRow row : flush.rows()) {
      Sums sum = sums(row);
      add(Dimension.DATA_SET, row.dataSet().toString(), hour, sum);
      add(Dimension.EDGE, flush.edge(), hour, sum);
      if (row instanceof EgressRow.Egress egress) {
        add(Dimension.COUNTRY, egress.country(), hour, sum);
        add(Dimension.OUTCOME, egress.cache().toString(), hour, sum);
      }
    }
  }

  private static Sums sums(EgressRow row) {
    return switch (row) {
      case EgressRow.Egress egress -> {
        long misses = egress.cache() == CacheOutcome.MISS ? egress.requests() : 0;
        yield new Sums(egress.egressBytes().bytes(), 0, egress.requests(), misses, 0);
      }
      case EgressRow.Fill fill -> new Sums(0, fill.fillBytes().bytes(), 0, 0, 0);
      case EgressRow.Unbilled free -> new Sums(0, 0, 0, 0, free.unbilledBytes().bytes());
    };
  }

  private void add(Dimension dimension, String value, Instant hour, Sums sum) {
    String known = value.length() > LONGEST_VALUE ? value.substring(0, LONGEST_VALUE) : value;
    sums.merge(new Cell(dimension, known, hour), sum, Sums::plus);
  }

  private Instant withinTheChainsTime(Instant told) {
    if (told.isAfter(now)) {
      return now;
    }
    return told.isBefore(network.genesis()) ? network.genesis() : told;
  }

  /** The sums of data sets. */
  List<Added> ofDataSets() {
    return sums.entrySet().stream()
        .filter(sum -> sum.getKey().dimension() == Dimension.DATA_SET)
        .map(sum -> new Added(sum.getKey(), sum.getValue()))
        .toList();
  }

  /** The sums of all else. */
  List<Added> ofOthers() {
    return sums.entrySet().stream()
        .filter(sum -> sum.getKey().dimension() != Dimension.DATA_SET)
        .map(sum -> new Added(sum.getKey(), sum.getValue()))
        .toList();
  }
}
