package io.filcdn.retrieval.usage;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.retrieval.address.Prefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * The bytes of an hour that were fetched from providers, and those that their clients took, by
 * client network, provider and data set. It shows farmed misses: providers of whose fetched bytes
 * most were for few networks that take next to nothing, as if they were fetched for the fee.
 *
 * <p>What clients take counts from their first fetch in the hour on, cache hits too. The tables are
 * bounded; what is used least goes. Safe for use by several threads.
 */
public final class MissWatch {

  private static final Logger LOG = Logger.getLogger(MissWatch.class);
  private static final Duration HOUR = Duration.ofHours(1);

  /** The most rows that each table has. */
  static final long MOST_ROWS = 50_000;

  /** Nothing is said of a provider from which less was fetched within the hour. */
  static final long LEAST_BYTES = 1L << 30;

  /** So many networks are few. */
  static final int FEW = 8;

  /** Who takes less than one byte of so many takes next to nothing. */
  static final int NEXT_TO_NOTHING = 10;

  /** The number of providers that are shown. */
  static final int MOST_SHOWN = 10;

  private final LongSupplier nanoTime;
  private final Cache<Source, AtomicLong> fetched =
      Caffeine.newBuilder().maximumSize(MOST_ROWS).executor(Runnable::run).build();
  private final Cache<Taker, AtomicLong> taken =
      Caffeine.newBuilder().maximumSize(MOST_ROWS).executor(Runnable::run).build();

  @GuardedBy("this")
  private long hourBeganAt;

  @GuardedBy("this")
  private List<Farmed> lastHour = List.of();

  /** The clients of a network, as far as one data set pays for them. */
  private record Taker(Prefix network, DataSetId dataSet) {}

  private record Source(Taker taker, ProviderId provider) {}

  /**
   * A provider whose misses look farmed.
   *
   * @param bytes fetched for the few networks that take next to nothing
   * @param all bytes fetched from it
   * @param networks those few
   */
  public record Farmed(ProviderId provider, long bytes, long all, List<Prefix> networks) {}

  /** The bytes of one network and one provider. */
  private static final class Sums {
    long fetched;
    long taken;
  }

  /**
   * @param nanoTime a clock for measuring
   */
  public MissWatch(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.hourBeganAt = nanoTime.getAsLong();
  }

  /**
   * A client makes the edge fetch.
   *
   * @param networks of the client, the widest last, by which it counts
   * @param dataSet that pays for its response
   */
  public void begins(List<Prefix> networks, DataSetId dataSet) {
    var _ = taken.get(new Taker(networks.getLast(), dataSet), first -> new AtomicLong());
  }

  /** Counts what providers supplied to the fetches of a client that began. */
  public void fetched(
      List<Prefix> networks, DataSetId dataSet, List<FillCharge.Supplied> supplied) {
    Taker taker = new Taker(networks.getLast(), dataSet);
    for (FillCharge.Supplied each : supplied) {
      fetched
          .get(new Source(taker, each.provider()), first -> new AtomicLong())
          .addAndGet(each.bytes());
    }
  }

  /** A client took bytes, of whichever source. Of one look-up, as each response is told. */
  public void took(List<Prefix> networks, DataSetId dataSet, long bytes) {
    AtomicLong row = taken.getIfPresent(new Taker(networks.getLast(), dataSet));
    if (row != null) {
      row.addAndGet(bytes);
    }
  }

  /** The number of rows of fetched bytes. */
  public long rows() {
    return fetched.asMap().size();
  }

  /**
   * Looks at the hour so far; where it is over, tells of it in the log, and begins another.
   *
   * @return the worst of this hour and the last, each provider once
   */
  public synchronized List<Farmed> look() {
    List<Farmed> found = find();
    if (nanoTime.getAsLong() - hourBeganAt >= HOUR.toNanos()) {
      hourBeganAt = nanoTime.getAsLong();
      fetched.invalidateAll();
      taken.invalidateAll();
      found.forEach(MissWatch::tell);
      lastHour = found;
      return found;
    }
    Map<ProviderId, Farmed> worst = new HashMap<>();
    lastHour.forEach(farmed -> worst.put(farmed.provider, farmed));
    found.forEach(
        farmed ->
            worst.merge(farmed.provider, farmed, (one, two) -> one.bytes > two.bytes ? one : two));
    return worst(worst.values().stream().toList());
  }

  private static List<Farmed> worst(List<Farmed> farmed) {
    return farmed.stream()
        .sorted(Comparator.comparingLong(Farmed::bytes).reversed())
        .limit(MOST_SHOWN)
        .toList();
  }

  private static void tell(Farmed farmed) {
    LOG.warnf(
        "misses of provider %s look farmed: %d of %d bytes that were fetched from it within an hour"
            + " were for %s, which took less than one in %d",
        farmed.provider, farmed.bytes, farmed.all, farmed.networks, NEXT_TO_NOTHING);
  }

  private List<Farmed> find() {
    Map<ProviderId, Map<Prefix, Sums>> providers = new HashMap<>();
    fetched
        .asMap()
        .forEach(
            (source, bytes) -> {
              Sums sums =
                  providers
                      .computeIfAbsent(source.provider, first -> new HashMap<>())
                      .computeIfAbsent(source.taker.network, first -> new Sums());
              AtomicLong itsTaken = taken.getIfPresent(source.taker);
              sums.fetched += bytes.get();
              sums.taken += itsTaken == null ? 0 : itsTaken.get();
            });
    List<Farmed> found = new ArrayList<>();
    providers.forEach((provider, networks) -> judge(provider, networks, found));
    return worst(found);
  }

  private static void judge(ProviderId provider, Map<Prefix, Sums> networks, List<Farmed> found) {
    long all = networks.values().stream().mapToLong(sums -> sums.fetched).sum();
    List<Map.Entry<Prefix, Sums>> few =
        networks.entrySet().stream()
            .filter(network -> takesNextToNothing(network.getValue()))
            .sorted(Comparator.comparingLong(network -> -network.getValue().fetched))
            .limit(FEW)
            .toList();
    long bytes = few.stream().mapToLong(network -> network.getValue().fetched).sum();
    if (all >= LEAST_BYTES && bytes > all / 2) {
      found.add(new Farmed(provider, bytes, all, few.stream().map(Map.Entry::getKey).toList()));
    }
  }

  private static boolean takesNextToNothing(Sums sums) {
    return sums.taken < sums.fetched / NEXT_TO_NOTHING;
  }
}
