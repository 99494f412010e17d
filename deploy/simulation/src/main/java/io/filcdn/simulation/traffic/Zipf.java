package io.filcdn.simulation.traffic;

import java.util.random.RandomGenerator;

/**
 * Ranks from 1 on, the {@code k}-th with a probability of {@code k} to the minus {@code exponent}:
 * by rejection and inversion (Hörmann and Derflinger 1996), which takes no table.
 */
public final class Zipf {

  private final long ranks;
  private final double exponent;
  private final double first;
  private final double last;
  private final double shortcut;

  /**
   * @param exponent above 0
   */
  public Zipf(long ranks, double exponent) {
    if (ranks < 1 || exponent <= 0) {
      throw new IllegalArgumentException(
          "expected at least 1 rank and an exponent above 0, found %d and %s"
              .formatted(ranks, exponent));
    }
    this.ranks = ranks;
    this.exponent = exponent;
    this.first = integral(1.5) - 1;
    this.last = integral(ranks + 0.5);
    this.shortcut = 2 - inverse(integral(2.5) - density(2));
  }

  /** A rank. */
  public long draw(RandomGenerator random) {
    while (true) {
      double area = last + random.nextDouble() * (first - last);
      double at = inverse(area);
      long rank = Math.clamp(Math.round(at), 1, ranks);
      if (rank - at <= shortcut || area >= integral(rank + 0.5) - density((double) rank)) {
        return rank;
      }
    }
  }

  /** The share of each rank, the first at 0. */
  public static double[] shares(int ranks, double exponent) {
    double[] shares = new double[ranks];
    double sum = 0;
    for (int rank = 1; rank <= ranks; rank++) {
      shares[rank - 1] = Math.pow(rank, -exponent);
      sum += shares[rank - 1];
    }
    for (int i = 0; i < ranks; i++) {
      shares[i] /= sum;
    }
    return shares;
  }

  private double density(double x) {
    return Math.pow(x, -exponent);
  }

  private double integral(double x) {
    double log = Math.log(x);
    double power = (1 - exponent) * log;
    return power == 0 ? log : Math.expm1(power) / power * log;
  }

  private double inverse(double area) {
    double power = Math.max(-1, area * (1 - exponent));
    return power == 0 ? Math.exp(area) : Math.exp(Math.log1p(power) / power * area);
  }
}
