package io.filcdn.simulation.day;

import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.Generation;
import io.filcdn.simulation.day.DayTraffic.Popular;
import io.filcdn.simulation.day.Strata.Sampled;
import io.filcdn.simulation.fleet.Desk;
import io.filcdn.simulation.fleet.Fleet;
import io.filcdn.simulation.fleet.Settings;
import io.filcdn.simulation.fleet.Tally;
import io.filcdn.simulation.traffic.Chance;
import io.filcdn.simulation.traffic.Zipf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;

/**
 * A day. The sample of data sets is dealt out to some fleets that know nothing of each other, so
 * that each can run on a core of its own; how many they are is part of the result's definition, and
 * how many cores there are is not.
 */
public final class Day {

  private static final int FLEETS = 4;

  /** The share of data sets that are granted less than is asked for. */
  private static final double SHORT = 0.2;

  /** The days for which the others have paid. */
  private static final int PAID_DAYS = 30;

  private static final int DAY_SECONDS = 24 * 3600;

  private final Scale scale;
  private final Network network;
  private final Desk.Decision decision;

  public Day(Scale scale, Network network, Desk.Decision decision) {
    this.scale = scale;
    this.network = network;
    this.decision = decision;
  }

  /**
   * The sums of a day, of all data sets.
   *
   * @param calls for leases that the fleets made
   * @param leases that metrics keeps at the end
   * @param mostHeld bytes that edges held at the end of a minute
   */
  public record Outcome(
      Tally tally, long calls, long granted, long served, long lost, long mostHeld, long leases) {

    Outcome plus(Outcome other) {
      tally.add(other.tally);
      return new Outcome(
          tally,
          calls + other.calls,
          granted + other.granted,
          served + other.served,
          lost + other.lost,
          mostHeld + other.mostHeld,
          leases + other.leases);
    }
  }

  /** Simulates it. */
  public Outcome run() throws InterruptedException {
    List<Sampled> sample = Strata.sample(Zipf.shares(scale.dataSets(), scale.exponent()));
    List<Callable<Outcome>> fleets = new ArrayList<>();
    for (int fleet = 0; fleet < FLEETS; fleet++) {
      List<Sampled> mine = new ArrayList<>();
      for (int i = fleet; i < sample.size(); i += FLEETS) {
        mine.add(sample.get(i));
      }
      if (!mine.isEmpty()) {
        long seed = scale.seed() * FLEETS + fleet;
        fleets.add(() -> run(mine, seed));
      }
    }
    try (ExecutorService cores =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      Outcome all = new Outcome(new Tally(), 0, 0, 0, 0, 0, 0);
      for (Future<Outcome> fleet : cores.invokeAll(fleets)) {
        all = all.plus(fleet.get());
      }
      return all;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a fleet broke: " + e.getMessage(), e);
    }
  }

  private Outcome run(List<Sampled> mine, long seed) {
    Fleet fleet = new Fleet(scale.settings(), network, decision);
    SplittableRandom random = new SplittableRandom(seed);
    List<Popular> popular = new ArrayList<>();
    for (Sampled one : mine) {
      DataSetId id = new DataSetId(Generation.FWSS, one.rank());
      grant(fleet, id, one, random);
      double requests = one.share() * scale.requests();
      popular.add(new Popular(id, requests, homes(requests, random)));
    }
    happen(fleet);
    fleet.run(
        new DayTraffic(scale, popular, random.nextLong()), Duration.ofMinutes(scale.minutes()));
    fleet.settle();
    return new Outcome(
        fleet.tally(),
        fleet.calls(),
        fleet.books().granted(),
        fleet.books().served(),
        fleet.books().lost(),
        fleet.mostHeld(),
        fleet.leases());
  }

  private Homes homes(double requests, RandomGenerator random) {
    Settings settings = scale.settings();
    return new Homes(
        settings.regions(),
        settings.edgesInRegion(),
        scale.homes(requests),
        Zipf.shares(scale.piecesOfOne(), scale.exponent()),
        random);
  }

  /**
   * Most data sets have paid for a month; some for less than is asked for, and half of them top up.
   */
  private void grant(Fleet fleet, DataSetId id, Sampled one, RandomGenerator random) {
    double second = one.share() * scale.requests() * Chance.meanSize();
    boolean isShort = random.nextDouble() < SHORT;
    long granted =
        Math.round(
            isShort
                ? second * scale.minutes() * 60 * (0.3 + 0.6 * random.nextDouble())
                : second * DAY_SECONDS * PAID_DAYS);
    fleet.books().grant(QuotaName.cdn(id), granted, one.stands());
    fleet.books().grant(QuotaName.cacheMiss(id), granted, one.stands());
    if (isShort && random.nextBoolean()) {
      Duration when = Duration.ofSeconds(Math.round(scale.minutes() * 60 * random.nextDouble()));
      fleet.at(when, () -> fleet.books().grant(QuotaName.cdn(id), granted, one.stands()));
    }
  }

  /** A third of the way in, one region is lost; later, another is cut off. Both come back. */
  private void happen(Fleet fleet) {
    Duration all = Duration.ofMinutes(scale.minutes());
    if (scale.settings().regions() > 1) {
      fleet.at(all.dividedBy(3), () -> fleet.lose(0));
      fleet.at(all.multipliedBy(2).dividedBy(5), () -> fleet.comeBack(0));
      fleet.at(all.dividedBy(2), () -> fleet.cut(1, true));
      fleet.at(all.multipliedBy(26).dividedBy(50), () -> fleet.cut(1, false));
    }
  }
}
