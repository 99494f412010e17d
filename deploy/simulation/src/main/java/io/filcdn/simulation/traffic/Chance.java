package io.filcdn.simulation.traffic;

import java.util.random.RandomGenerator;

/** Draws of numbers and of sizes. */
public final class Chance {

  private static final double FEW = 30;
  private static final int SUMMED = 16;
  private static final double MEDIAN = 64 << 10;
  private static final double SIGMA = 1.67;
  private static final long LARGEST = 64 << 20;

  /** Mean and deviation of {@link #size}: of a log-normal that ends at the largest. */
  private static final double[] MOMENTS = moments();

  private Chance() {}

  /** The number of events of which {@code mean} are to be expected (Poisson). */
  public static long events(double mean, RandomGenerator random) {
    if (mean > FEW) {
      return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.nextGaussian()));
    }
    double limit = Math.exp(-mean);
    double product = random.nextDouble();
    long events = 0;
    while (product > limit) {
      product *= random.nextDouble();
      events++;
    }
    return events;
  }

  /** The size of a response: 64 KiB at the median, 64 MiB at most, 256 KiB in the mean. */
  public static long size(RandomGenerator random) {
    return sized(random.nextGaussian());
  }

  /** The size of so many responses together. */
  public static long sizes(long responses, RandomGenerator random) {
    if (responses > SUMMED) {
      double sum =
          responses * MOMENTS[0]
              + Math.sqrt((double) responses) * MOMENTS[1] * random.nextGaussian();
      return Math.max(responses, Math.round(sum));
    }
    long sum = 0;
    for (long i = 0; i < responses; i++) {
      sum += size(random);
    }
    return sum;
  }

  /** The mean of {@link #size}. */
  public static double meanSize() {
    return MOMENTS[0];
  }

  private static long sized(double gaussian) {
    return Math.clamp(Math.round(MEDIAN * Math.exp(SIGMA * gaussian)), 1, LARGEST);
  }

  private static double[] moments() {
    double weight = 0;
    double sum = 0;
    double squares = 0;
    for (int i = -6_000; i <= 6_000; i++) {
      double x = i / 1_000.0;
      double density = Math.exp(-x * x / 2);
      double size = sized(x);
      weight += density;
      sum += density * size;
      squares += density * size * size;
    }
    double mean = sum / weight;
    return new double[] {mean, Math.sqrt(squares / weight - mean * mean)};
  }
}
