package io.filcdn.simulation;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.retrieval.usage.LeaseRules;
import io.filcdn.simulation.cache.HitRatios;
import io.filcdn.simulation.cache.HitRatios.Ratio;
import io.filcdn.simulation.cache.HitRatios.Trace;
import io.filcdn.simulation.capacity.EdgeModel;
import io.filcdn.simulation.capacity.ReplicaCost;
import io.filcdn.simulation.day.Day;
import io.filcdn.simulation.day.Scale;
import io.filcdn.simulation.fleet.Desk;
import io.filcdn.simulation.fleet.Settings;
import io.filcdn.simulation.fleet.Tally;
import io.filcdn.simulation.fleet.Tally.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The program of {@code ./filcdn simulate}: prints tables, and writes {@code
 * target/simulate/*.json}. With a file, {@link Replay} of it is printed as JSON.
 */
public final class Main {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Of a large fleet: fewer records, and no more at hand of a quota than is used in some time. */
  private static final Duration LARGE_FLUSH = Duration.ofSeconds(10);

  private static final LeaseRules LARGE_LEASES =
      new LeaseRules(
          16L << 20,
          16L << 20,
          Duration.ofMinutes(1),
          Duration.ofMinutes(10),
          Duration.ofSeconds(30));

  /** Requests a second, a tenth of what an edge gets, from which on a data set has another home. */
  private static final double LARGE_HOME = 50;

  /** The share of requests that miss: of a cache for a fifth of all bytes, as the traces show. */
  private static final double MISSES = 0.3;

  private static final List<Double> CACHES = List.of(0.01, 0.02, 0.05, 0.1, 0.2, 0.5);
  private static final List<Double> EXPONENTS = List.of(0.8, 0.9, 1.0);

  private final Path folder;
  private final Network network;

  private Main(Path checkout) {
    this.folder = checkout.resolve("target").resolve("simulate");
    this.network =
        NetworkFile.read(checkout.resolve("deploy").resolve("networks").resolve("mainnet.json"));
  }

  /** Takes {@code all SEED}, or {@code replay FILE}. */
  public static void main(String[] args) throws InterruptedException {
    // edges say when metrics does not answer, and here a thousand are made not to hear it
    System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
    Logger quiet = Logger.getLogger("io.filcdn");
    quiet.setLevel(Level.SEVERE);
    Main main = new Main(Path.of(System.getProperty("filcdn.checkout", "")).toAbsolutePath());
    if (args.length == 2 && args[0].equals("replay")) {
      System.out.println(new Replay(Path.of(args[1])).run(main.network).toPrettyString());
    } else if (args.length == 2 && args[0].equals("all")) {
      main.all(Long.parseLong(args[1]));
    } else {
      System.err.println("filcdn: expected \"all SEED\" or \"replay FILE\"");
      System.exit(1);
    }
  }

  private void all(long seed) throws InterruptedException {
    capacity();
    replica(seed);
    hitRatios(seed);
    Settings plain = Settings.ofDefaults(1_000, 20);
    day("hour-with-defaults", plain, 0, 60, seed);
    day("day-of-a-large-fleet", plain.with(LARGE_FLUSH, LARGE_LEASES), LARGE_HOME, 24 * 60, seed);
  }

  private void capacity() {
    for (int gigabits : List.of(10, 100, 400)) {
      String name = "edge-%d".formatted(gigabits);
      Results results = new Results(name, JSON.createObjectNode());
      for (EdgeModel.Response response : EdgeModel.HITS) {
        results.put(
            "cores " + response.name(),
            "cores for %d Gbit/s of hits of %s".formatted(gigabits, response.name()),
            EdgeModel.cores(gigabits, response));
      }
      results
          .put(
              "verifying cores",
              "cores to verify misses, 30 % of the bytes",
              EdgeModel.verifyingCores(gigabits, MISSES))
          .write(folder);
    }
  }

  private void replica(long seed) {
    ReplicaCost cost = ReplicaCost.measure(1_000_000, folder.resolve("replica"), seed);
    new Results("replica", JSON.createObjectNode())
        .put("bytesInKafka", "bytes of a placement in Kafka", cost.bytesInKafka())
        .put("bytesOnDisk", "bytes of a placement in an edge's replica", cost.bytesOnDisk())
        .put("perSecond", "placements a second that one thread takes in", cost.perSecond())
        .write(folder);
  }

  private void hitRatios(long seed) {
    ObjectNode json = JSON.createObjectNode().put("seed", seed);
    ArrayNode rows = json.putArray("ratios");
    System.out.println("hit-ratios (hits of requests, hit bytes of bytes)");
    System.out.printf(
        Locale.ROOT,
        "  %8s %8s %10s %10s %10s %10s%n",
        "exponent",
        "cache",
        "W-TinyLFU",
        "bytes",
        "LRU",
        "bytes");
    for (double exponent : EXPONENTS) {
      Trace trace = new Trace(200_000, exponent, 0.1, 4_000_000, seed);
      for (Ratio one : new HitRatios(trace).of(CACHES)) {
        System.out.printf(
            Locale.ROOT,
            "  %8.1f %8.2f %10.4f %10.4f %10.4f %10.4f%n",
            exponent,
            one.share(),
            one.ours(),
            one.oursBytes(),
            one.lru(),
            one.lruBytes());
        rows.addObject()
            .put("exponent", exponent)
            .put("cache", one.share())
            .put("ours", one.ours())
            .put("oursBytes", one.oursBytes())
            .put("lru", one.lru())
            .put("lruBytes", one.lruBytes());
      }
    }
    new Results("hit-ratios", json).write(folder);
  }

  private void day(String name, Settings settings, double home, int minutes, long seed)
      throws InterruptedException {
    long begun = System.nanoTime();
    Scale scale = new Scale(settings, 100_000, 100_000_000L, 500, 0.9, MISSES, home, minutes, seed);
    Day.Outcome outcome = new Day(scale, network, Desk.REAL).run();
    Tally tally = outcome.tally();
    long seconds = minutes * 60L;
    Results results =
        new Results(name, JSON.createObjectNode().put("seed", seed))
            .put("edges", "edges", (long) settings.edges())
            .put("granted", "bytes granted", outcome.granted())
            .put("served", "bytes served, of responses and fills", outcome.served())
            .put("lost", "bytes served and lost with a region, uncounted", outcome.lost())
            .put("mostHeld", "bytes held by edges, at most", outcome.mostHeld())
            .put("leases", "leases that metrics keeps at the end", outcome.leases());
    for (Kind kind : Kind.values()) {
      String words = kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      results.put(kind.name() + " a second", words + " a second", tally.sum(kind) / seconds);
      results.put(kind.name() + " peak", words + " a second, busiest minute", tally.peak(kind));
    }
    results
        .put("seconds", "seconds that this took", (System.nanoTime() - begun) / 1e9)
        .write(folder);
  }
}
