package io.filcdn.simulation.fleet;

import io.filcdn.common.network.Network;
import io.filcdn.simulation.traffic.Bundle;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/** All edges, metrics, and their books; requests come from outside. Of one thread. */
public final class Fleet {

  private final Settings settings;
  private final Timeline time = new Timeline();
  private final Tally tally = new Tally();
  private final Books books = new Books();
  private final Desk desk;
  private final Metrics metrics;
  private final List<SimulatedEdge> edges;
  private final boolean[] lost;
  private long mostHeld;

  public Fleet(Settings settings, Network network, Desk.Decision decision) {
    this.settings = settings;
    this.desk = new Desk(settings, decision, time, books, tally);
    this.metrics = new Metrics(settings, network, time, desk, books, tally);
    this.edges =
        IntStream.range(0, settings.edges())
            .mapToObj(edge -> new SimulatedEdge(edge, settings, time, desk, metrics, books, tally))
            .toList();
    this.lost = new boolean[settings.regions()];
    edges.forEach(SimulatedEdge::start);
  }

  /** Has something happen at a time from the begin. */
  public void at(Duration when, Runnable what) {
    time.at(when.toNanos(), what);
  }

  /** Takes a region away, with what its edges have not flushed. */
  public void lose(int region) {
    lost[region] = true;
    of(region).forEach(SimulatedEdge::lose);
  }

  /** Brings a region back. */
  public void comeBack(int region) {
    lost[region] = false;
    of(region).forEach(SimulatedEdge::comeBack);
  }

  /** Cuts a region off from metrics and Kafka, or mends that. */
  public void cut(int region, boolean isCut) {
    of(region).forEach(edge -> edge.cut(isCut));
  }

  private List<SimulatedEdge> of(int region) {
    int size = settings.edgesInRegion();
    return edges.subList(region * size, (region + 1) * size);
  }

  /**
   * Serves what comes, in the order of time, until it is over, and looks at the books each hour.
   */
  public void run(Iterator<Bundle> requests, Duration until) {
    long minute = Duration.ofMinutes(1).toNanos();
    long looked = 0;
    while (requests.hasNext()) {
      Bundle bundle = requests.next();
      while (bundle.at() / minute > looked) {
        looked++;
        time.runUntil(looked * minute);
        look(looked);
      }
      time.runUntil(bundle.at());
      edge(bundle.edge()).serve(bundle);
      books.requireAllPaid();
    }
    time.runUntil(until.toNanos());
    books.requireAllPaid();
    look(0);
  }

  private void look(long minute) {
    mostHeld = Math.max(mostHeld, desk.held());
    if (minute % 60 == 0) {
      desk.balance();
    }
  }

  /** The edge that a client is sent to: one of the next region where its own is lost. */
  private SimulatedEdge edge(int number) {
    int at = number;
    while (lost[at / settings.edgesInRegion()]) {
      at = (at + settings.edgesInRegion()) % settings.edges();
    }
    return edges.get(at);
  }

  /** Has all edges flush, and all be counted; then each byte has its place. */
  public void settle() {
    edges.forEach(SimulatedEdge::flush);
    time.runUntil(
        time.now()
            + settings.leases().renewEvery().plus(settings.batch()).plus(settings.kafka()).toNanos()
                * 3);
    desk.balance();
    books.balance(true);
  }

  public Books books() {
    return books;
  }

  public Tally tally() {
    return tally;
  }

  /** The number of calls for leases. */
  public long calls() {
    return desk.calls();
  }

  /** The number of rows of the data sets that are simulated. */
  public long rows() {
    return metrics.rows();
  }

  /** The number of records that they came in. */
  public long records() {
    return metrics.records();
  }

  /** The most bytes that edges held at the end of a minute, of all data sets. */
  public long mostHeld() {
    return mostHeld;
  }

  /** The leases that are kept, of all data sets. */
  public long leases() {
    return desk.leases();
  }
}
