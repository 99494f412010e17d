package io.filcdn.simulation.day;

import java.util.ArrayList;
import java.util.List;

/**
 * The data sets that stand for all: the ranks are cut into strata, narrow where data sets are
 * popular, and of each stratum those are taken whose share is nearest to the mean of what they
 * stand for.
 */
final class Strata {

  /** The last rank of each stratum, where there are that many, and how many are taken of it. */
  private static final int[][] STRATA = {
    {3, 1},
    {10, 1},
    {30, 1},
    {100, 1},
    {300, 2},
    {1_000, 2},
    {3_000, 5},
    {10_000, 5},
    {30_000, 20},
    {100_000, 20}
  };

  /** The fewest data sets. */
  static final int LEAST = 3;

  private Strata() {}

  /**
   * A data set that stands for others.
   *
   * @param rank the first is 1
   * @param stands for so many
   * @param share of all requests that comes to it
   */
  record Sampled(int rank, long stands, double share) {}

  /**
   * The sample.
   *
   * @param shares of all data sets, the largest first
   */
  static List<Sampled> sample(double[] shares) {
    List<Sampled> sampled = new ArrayList<>();
    int first = 0;
    for (int[] stratum : STRATA) {
      int last = Math.min(shares.length, stratum[0]);
      int taken = Math.min(last - first, stratum[1]);
      for (int part = 0; part < taken; part++) {
        int from = first + Math.toIntExact((long) (last - first) * part / taken);
        int to = first + Math.toIntExact((long) (last - first) * (part + 1) / taken);
        sampled.add(one(shares, from, to));
      }
      first = last;
    }
    if (first < shares.length) {
      throw new IllegalArgumentException(
          "expected at most %d data sets, found %d".formatted(first, shares.length));
    }
    return sampled;
  }

  private static Sampled one(double[] shares, int from, int to) {
    double mean = 0;
    for (int i = from; i < to; i++) {
      mean += shares[i] / (to - from);
    }
    int nearest = from;
    while (nearest + 1 < to && shares[nearest + 1] >= mean) {
      nearest++;
    }
    return new Sampled(nearest + 1, to - from, mean);
  }
}
