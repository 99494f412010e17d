package io.filcdn.simulation.fleet;

import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.network.Network;
import io.filcdn.metrics.odometer.Increase;
import io.filcdn.metrics.odometer.OdometerIncreases;
import io.filcdn.simulation.fleet.Desk.Spent;
import io.filcdn.simulation.fleet.Tally.Kind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** Metrics' counting: records come from Kafka, and are counted batch by batch. */
final class Metrics {

  private final Settings settings;
  private final Network network;
  private final Timeline time;
  private final Desk desk;
  private final Books books;
  private final Tally tally;

  /** The records that are in Kafka, or on their way there, with when they can be read. */
  private final Deque<Arriving> arriving = new ArrayDeque<>();

  private boolean due;
  private long records;
  private long rows;

  private record Arriving(long at, EgressRecord record, Runnable counted) {}

  Metrics(Settings settings, Network network, Timeline time, Desk desk, Books books, Tally tally) {
    this.settings = settings;
    this.network = network;
    this.time = time;
    this.desk = desk;
    this.books = books;
    this.tally = tally;
  }

  /**
   * Takes a record that an edge has flushed.
   *
   * @param counted called once it is counted
   */
  void take(EgressRecord record, Runnable counted) {
    arriving.add(new Arriving(time.now() + settings.kafka().toNanos(), record, counted));
    if (!due) {
      due = true;
      nextBatch();
    }
  }

  private void nextBatch() {
    long every = settings.batch().toNanos();
    time.at((time.now() / every + 1) * every, this::count);
  }

  /** One batch: what one transaction of the service counts. */
  private void count() {
    OdometerIncreases odometers = new OdometerIncreases(network, time.instant());
    Set<Spent> spent = new HashSet<>();
    while (!arriving.isEmpty() && arriving.element().at <= time.now()) {
      Arriving next = arriving.remove();
      odometers.add(next.record);
      desk.apply(next.record, spent);
      next.record.rows().forEach(row -> count(Kind.ROWS, QuotaName.cdn(row.dataSet())));
      records++;
      rows += next.record.rows().size();
      next.counted.run();
    }
    for (Increase increase : odometers.billable()) {
      count(Kind.ODOMETERS, QuotaName.cdn(increase.dataSet()));
    }
    spent.forEach(lease -> count(Kind.SPENT_LEASES, lease.name()));
    due = !arriving.isEmpty();
    if (due) {
      nextBatch();
    }
  }

  private void count(Kind kind, QuotaName name) {
    books.tally(tally, kind, time.now(), name, 1);
  }

  /** The number of records that were counted, of the data sets that are simulated. */
  long records() {
    return records;
  }

  /** The number of their rows. */
  long rows() {
    return rows;
  }
}
