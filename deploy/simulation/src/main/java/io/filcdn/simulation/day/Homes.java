package io.filcdn.simulation.day;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * The homes of a data set's pieces: in each region a piece is asked for at one edge, of those that
 * the data set's pieces are at. The share of its requests that comes to each edge follows from
 * that.
 */
final class Homes {

  /** The part by which a region's requests swing about their mean, as day and night change. */
  private static final double SWING = 0.6;

  private static final int DAY_SECONDS = 24 * 3600;

  /** The share of each region, and within it, the sums of shares up to each edge. */
  private final double[] regions;

  private final double[][] sums;

  /**
   * @param homes the number of edges of each region that the pieces are at
   * @param pieces the share of each
   */
  Homes(int regionCount, int edgesInRegion, int homes, double[] pieces, RandomGenerator random) {
    regions = new double[regionCount];
    sums = new double[regionCount][edgesInRegion];
    for (int region = 0; region < regionCount; region++) {
      regions[region] = random.nextExponential();
      int first = random.nextInt(edgesInRegion);
      for (double piece : pieces) {
        sums[region][(first + random.nextInt(homes)) % edgesInRegion] += piece;
      }
      Arrays.parallelPrefix(sums[region], Double::sum);
    }
    double all = Arrays.stream(regions).sum();
    for (int region = 0; region < regionCount; region++) {
      regions[region] /= all;
    }
  }

  /** The share of a region at a time of the day; in the mean of a day and region, 1 in all. */
  double ofRegion(int region, double second) {
    double turn = second / DAY_SECONDS + (double) region / regions.length;
    return regions[region] * (1 + SWING * Math.sin(2 * Math.PI * turn));
  }

  /** The share of an edge of its region's. */
  double ofEdge(int region, int edge) {
    return edge == 0 ? sums[region][0] : sums[region][edge] - sums[region][edge - 1];
  }

  /** An edge of a region, by chance. */
  int edge(int region, RandomGenerator random) {
    double[] all = sums[region];
    int found = Arrays.binarySearch(all, random.nextDouble() * all[all.length - 1]);
    return Math.min(all.length - 1, found < 0 ? -found - 1 : found);
  }
}
