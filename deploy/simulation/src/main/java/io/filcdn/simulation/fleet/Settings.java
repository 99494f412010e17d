package io.filcdn.simulation.fleet;

import io.filcdn.metrics.quota.LeaseSize;
import io.filcdn.retrieval.usage.LeaseRules;
import java.time.Duration;

/**
 * The settings of a fleet.
 *
 * @param edges in all
 * @param regions that they are spread over, as many in each
 * @param flush the interval at which an edge's counts become records
 * @param leases an edge's rules
 * @param size the desk's rule
 * @param timeToLive of leases that are not renewed
 * @param call from an edge to metrics and back
 * @param kafka from an edge's flush until metrics can read it
 * @param batch the time for which metrics gathers records for one transaction
 * @param partitions of {@code filcdn.egress}
 */
public record Settings(
    int edges,
    int regions,
    Duration flush,
    LeaseRules leases,
    LeaseSize size,
    Duration timeToLive,
    Duration call,
    Duration kafka,
    Duration batch,
    int partitions) {

  public Settings {
    if (regions < 1 || edges < regions || edges % regions != 0) {
      throw new IllegalArgumentException(
          "expected as many edges in each region, found %d in %d".formatted(edges, regions));
    }
  }

  /** The defaults of the services. */
  public static final LeaseRules LEASES =
      new LeaseRules(
          64L << 20,
          256L << 20,
          Duration.ofSeconds(30),
          Duration.ofMinutes(10),
          Duration.ofSeconds(15));

  /** A fleet with the services' defaults; the batch is what 1,000 records a second make. */
  public static Settings ofDefaults(int edges, int regions) {
    return new Settings(
        edges,
        regions,
        Duration.ofSeconds(1),
        LEASES,
        new LeaseSize(4),
        Duration.ofSeconds(60),
        Duration.ofMillis(5),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        30);
  }

  /** The same with other rules for edges. */
  public Settings with(Duration newFlush, LeaseRules newLeases) {
    return new Settings(
        edges, regions, newFlush, newLeases, size, timeToLive, call, kafka, batch, partitions);
  }

  /** The number of edges in a region. */
  public int edgesInRegion() {
    return edges / regions;
  }

  /** The moment in each flush interval at which an edge flushes: each at another. */
  public long phase(int edge) {
    return Math.floorMod(edge * 7_919L, (long) edges) * (flush.toNanos() / edges);
  }
}
