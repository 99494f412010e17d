package io.filcdn.simulation.day;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.simulation.fleet.Desk;
import io.filcdn.simulation.fleet.Settings;
import io.filcdn.simulation.fleet.Tally.Kind;
import io.filcdn.simulation.traffic.Chance;
import io.filcdn.simulation.traffic.Zipf;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DayTest {

  private static final Network NETWORK = NetworkFile.read(Path.of("../networks/devnet.json"));
  private static final int MINUTES = 10;

  private static Scale scale(int dataSets, double requestsPerHome, long seed) {
    return new Scale(
        Settings.ofDefaults(12, 3),
        dataSets,
        10L * dataSets,
        4,
        0.9,
        0.2,
        requestsPerHome,
        MINUTES,
        seed);
  }

  private static List<Long> sums(Scale scale) throws InterruptedException {
    Day.Outcome outcome = new Day(scale, NETWORK, Desk.REAL).run();
    List<Long> sums = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      sums.add(outcome.tally().sum(kind));
      sums.add(outcome.tally().peak(kind));
    }
    sums.add(outcome.granted());
    sums.add(outcome.served());
    sums.add(outcome.lost());
    sums.add(outcome.mostHeld());
    sums.add(outcome.leases());
    return sums;
  }

  @Test
  void aSeedMakesTheSameDayAndAnotherSeedAnother() throws InterruptedException {
    List<Long> first = sums(scale(300, 0, 7));

    assertThat(sums(scale(300, 0, 7))).isEqualTo(first);
    assertThat(sums(scale(300, 0, 8))).isNotEqualTo(first);
  }

  @Test
  void theSampleStandsForAllRequests() throws InterruptedException {
    Scale scale = scale(1_000, 0, 1);

    Day.Outcome outcome = new Day(scale, NETWORK, Desk.REAL).run();

    double asked =
        outcome.tally().sum(Kind.REQUESTS)
            + outcome.tally().sum(Kind.EXHAUSTED)
            + outcome.tally().sum(Kind.CONTENDED)
            + outcome.tally().sum(Kind.UNREACHABLE);
    double expected = scale.requests() * MINUTES * 60;
    // in ten minutes of a night, some regions ask less than in the mean of a day
    assertThat(asked / expected).isCloseTo(1, within(0.25));
    assertThat(outcome.served()).isLessThanOrEqualTo(outcome.granted());
  }

  @Test
  void dataSetsWithFewHomesAreLeasedByFewEdges() throws InterruptedException {
    long spread = new Day(scale(300, 0, 1), NETWORK, Desk.REAL).run().leases();

    long gathered = new Day(scale(300, 100, 1), NETWORK, Desk.REAL).run().leases();

    assertThat(gathered).isLessThan(spread / 2);
  }

  @Test
  void eachDataSetIsStoodForOnce() {
    for (int dataSets : List.of(3, 50, 1_000, 100_000)) {
      double[] shares = Zipf.shares(dataSets, 0.9);
      List<Strata.Sampled> sample = Strata.sample(shares);

      assertThat(sample.stream().mapToLong(Strata.Sampled::stands).sum()).isEqualTo(dataSets);
      assertThat(sample.stream().mapToDouble(one -> one.share() * one.stands()).sum())
          .isCloseTo(1, within(1e-9));
    }
  }

  @Test
  void sizesHaveTheMeanThatIsReckonedWith() {
    long draws = 200_000;
    double sum = 0;
    var random = new java.util.SplittableRandom(1);
    for (long i = 0; i < draws; i++) {
      sum += Chance.size(random);
    }

    assertThat(sum / draws / Chance.meanSize()).isCloseTo(1, within(0.05));
    assertThat(Chance.sizes(1_000, random) / 1_000.0 / Chance.meanSize()).isCloseTo(1, within(0.5));
  }
}
