package io.filcdn.simulation.day;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.simulation.fleet.Settings;
import io.filcdn.simulation.traffic.Bundle;
import io.filcdn.simulation.traffic.Chance;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The requests of a day for some data sets, in the order of time. They come by chance (Poisson),
 * more by day than by night. Where an edge gets many in a flush interval, those of one kind are one
 * bundle: a flush makes one row of them anyway.
 */
final class DayTraffic implements Iterator<Bundle> {

  /** The share of each of a region's three countries. */
  private static final double[] COUNTRIES = {0.6, 0.3, 0.1};

  /** From so many requests on that an edge gets of a data set in a flush interval, in the mean. */
  private static final double MANY = 2;

  private static final Comparator<Bundle> BY_TIME =
      Comparator.comparingLong(Bundle::at).thenComparingInt(Bundle::edge);

  private final Scale scale;
  private final Settings settings;
  private final RandomGenerator random;
  private final List<Popular> dataSets;
  private final long steps;
  private final String[][] countries;
  private long step;
  private List<Bundle> now = List.of();
  private List<Bundle> later = new ArrayList<>();
  private int next;

  /** A data set with how often it is asked for. */
  record Popular(DataSetId id, double requestsPerSecond, Homes homes) {}

  DayTraffic(Scale scale, List<Popular> dataSets, long seed) {
    this.scale = scale;
    this.settings = scale.settings();
    this.random = new SplittableRandom(seed);
    this.dataSets = dataSets;
    this.steps = scale.minutes() * 60_000_000_000L / settings.flush().toNanos();
    this.countries = new String[settings.regions()][COUNTRIES.length];
    for (int region = 0; region < settings.regions(); region++) {
      for (int country = 0; country < COUNTRIES.length; country++) {
        countries[region][country] =
            "" + (char) ('A' + region % 26) + (char) ('A' + 3 * (region / 26) + country);
      }
    }
  }

  @Override
  public boolean hasNext() {
    while (next == now.size() && step <= steps) {
      advance();
    }
    return next < now.size();
  }

  @Override
  public Bundle next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the day is over");
    }
    Bundle bundle = now.get(next);
    next++;
    return bundle;
  }

  /** Makes those of the next flush interval; each edge's begins at a moment of its own. */
  private void advance() {
    long end = (step + 1) * settings.flush().toNanos();
    List<Bundle> made = later;
    if (step < steps) {
      for (Popular dataSet : dataSets) {
        add(dataSet, made);
      }
    }
    step++;
    made.sort(BY_TIME);
    int over = made.size();
    while (over > 0 && made.get(over - 1).at() >= end) {
      over--;
    }
    later = new ArrayList<>(made.subList(over, made.size()));
    now = made.subList(0, over);
    next = 0;
  }

  private void add(Popular dataSet, List<Bundle> made) {
    double seconds = settings.flush().toNanos() / 1e9;
    for (int region = 0; region < settings.regions(); region++) {
      double mean =
          dataSet.requestsPerSecond * seconds * dataSet.homes.ofRegion(region, step * seconds);
      if (mean < MANY * settings.edgesInRegion()) {
        for (long left = Chance.events(mean, random); left > 0; left--) {
          made.add(one(dataSet, region));
        }
      } else {
        for (int edge = 0; edge < settings.edgesInRegion(); edge++) {
          many(dataSet, region, edge, mean * dataSet.homes.ofEdge(region, edge), made);
        }
      }
    }
  }

  private Bundle one(Popular dataSet, int region) {
    double kind = random.nextDouble();
    int country = kind < COUNTRIES[0] ? 0 : kind < COUNTRIES[0] + COUNTRIES[1] ? 1 : 2;
    boolean miss = random.nextDouble() < scale.misses();
    int edge = dataSet.homes.edge(region, random);
    return bundle(dataSet, region, edge, country, miss, 1);
  }

  private void many(Popular dataSet, int region, int edge, double mean, List<Bundle> made) {
    for (int country = 0; country < COUNTRIES.length; country++) {
      long missed = Chance.events(mean * COUNTRIES[country] * scale.misses(), random);
      long hit = Chance.events(mean * COUNTRIES[country] * (1 - scale.misses()), random);
      if (missed > 0) {
        made.add(bundle(dataSet, region, edge, country, true, missed));
      }
      if (hit > 0) {
        made.add(bundle(dataSet, region, edge, country, false, hit));
      }
    }
  }

  private Bundle bundle(
      Popular dataSet, int region, int edge, int country, boolean miss, long requests) {
    int number = region * settings.edgesInRegion() + edge;
    long flush = settings.flush().toNanos();
    return new Bundle(
        step * flush + settings.phase(number) + random.nextLong(flush),
        number,
        dataSet.id,
        miss ? CacheOutcome.MISS : CacheOutcome.HIT,
        countries[region][country],
        requests,
        Chance.sizes(requests, random));
  }
}
