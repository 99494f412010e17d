package io.filcdn.simulation.day;

import io.filcdn.simulation.fleet.Settings;

/**
 * The size of what is simulated.
 *
 * @param dataSets that are asked for, by Zipf's law
 * @param pieces of all of them, as many of each, by Zipf's law too
 * @param requestsPerEdge a second, in the mean of a day
 * @param exponent of both laws
 * @param misses the share of requests that an edge has to fetch for
 * @param requestsPerHome a second, from which on a data set's pieces are at one more edge of each
 *     region; 0 where each piece may be at any
 * @param minutes that are simulated
 * @param seed that chance comes from
 */
public record Scale(
    Settings settings,
    int dataSets,
    long pieces,
    double requestsPerEdge,
    double exponent,
    double misses,
    double requestsPerHome,
    int minutes,
    long seed) {

  public Scale {
    if (dataSets < Strata.LEAST || pieces < dataSets || minutes < 1 || minutes > 24 * 60) {
      throw new IllegalArgumentException(
          "expected at least %d data sets, a piece in each and up to a day, found %d, %d and %d minutes"
              .formatted(Strata.LEAST, dataSets, pieces, minutes));
    }
  }

  /** Requests a second to all edges, in the mean of a day. */
  public double requests() {
    return requestsPerEdge * settings.edges();
  }

  /** The number of edges of a region that pieces of a data set are at. */
  int homes(double requestsOfDataSet) {
    if (requestsPerHome == 0) {
      return settings.edgesInRegion();
    }
    double wanted = Math.ceil(requestsOfDataSet / settings.regions() / requestsPerHome);
    return (int) Math.clamp(wanted, 1, settings.edgesInRegion());
  }

  /** Pieces of a data set. */
  int piecesOfOne() {
    return Math.toIntExact(pieces / dataSets);
  }
}
