package io.filcdn.simulation.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.metrics.quota.LeaseGrant;
import io.filcdn.metrics.quota.LeaseGrant.Held;
import io.filcdn.retrieval.usage.LeaseRules;
import io.filcdn.simulation.fleet.Books.BrokenException;
import io.filcdn.simulation.fleet.Tally.Kind;
import io.filcdn.simulation.traffic.Bundle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FleetTest {

  private static final Network NETWORK = NetworkFile.read(Path.of("../networks/devnet.json"));
  private static final DataSetId DATA_SET = DataSetId.of("fwss/1");
  private static final QuotaName CDN = QuotaName.cdn(DATA_SET);
  private static final long SIZE = 1_000_000;
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Three regions of an edge each, that hold nothing in advance. */
  private static final Settings SETTINGS =
      Settings.ofDefaults(3, 3)
          .with(
              Duration.ofSeconds(1),
              new LeaseRules(
                  0, 0, Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(2)));

  /** As many requests, one each 100 ms, to edges in turns. */
  private static List<Bundle> requests(int count, CacheOutcome cache) {
    List<Bundle> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requests.add(new Bundle(i * 100_000_000L, i % 3, DATA_SET, cache, "ZZ", 1, SIZE));
    }
    return requests;
  }

  private static Fleet fleet(long granted, Desk.Decision decision) {
    Fleet fleet = new Fleet(SETTINGS, NETWORK, decision);
    fleet.books().grant(CDN, granted, 1);
    fleet.books().grant(QuotaName.cacheMiss(DATA_SET), granted, 1);
    return fleet;
  }

  @Test
  void asMuchIsServedAsWasGrantedAndAllOfItIsCounted() {
    Fleet fleet = fleet(10 * SIZE, Desk.REAL);

    fleet.run(requests(60, CacheOutcome.HIT).iterator(), MINUTE);
    fleet.settle();

    assertThat(fleet.tally().sum(Kind.BYTES)).isEqualTo(10 * SIZE);
    assertThat(fleet.tally().sum(Kind.EXHAUSTED) + fleet.tally().sum(Kind.CONTENDED)).isEqualTo(50);
    assertThat(fleet.rows()).isBetween(3L, 10L);
  }

  @Test
  void fillsAreCountedToTheOtherQuota() {
    Fleet fleet = fleet(100 * SIZE, Desk.REAL);

    fleet.run(requests(30, CacheOutcome.MISS).iterator(), MINUTE);
    fleet.settle();

    assertThat(fleet.books().served()).isEqualTo(2 * 30 * SIZE);
  }

  @Test
  void aDeskThatGivesALeaseTwiceIsFound() {
    Desk.Decision forgetsOthers =
        (ask, was, all, unspent, size) ->
            LeaseGrant.of(ask, was, new Held(was.held(), 0), _ -> Optional.of(unspent), size);
    Fleet fleet = fleet(10 * SIZE, forgetsOthers);

    assertThatThrownBy(
            () -> {
              fleet.run(requests(60, CacheOutcome.HIT).iterator(), MINUTE);
              fleet.settle();
            })
        .isInstanceOf(BrokenException.class);
  }

  @Test
  void aDeskThatLeasesWhatIsUsedUpIsFound() {
    Desk.Decision neverEnds =
        (ask, was, all, unspent, size) -> Desk.REAL.of(ask, was, all, 10 * SIZE, size);
    Fleet fleet = fleet(10 * SIZE, neverEnds);

    assertThatThrownBy(() -> fleet.run(requests(300, CacheOutcome.HIT).iterator(), MINUTE))
        .isInstanceOf(BrokenException.class)
        .hasMessageContaining("expected at most 10000000 bytes served");
  }

  @Test
  void aRegionThatIsLostTakesWhatItHadNotFlushedAndIsServedByTheNext() {
    Fleet fleet = fleet(1_000 * SIZE, Desk.REAL);
    fleet.at(Duration.ofMillis(2_950), () -> fleet.lose(0));
    fleet.at(Duration.ofSeconds(10), () -> fleet.comeBack(0));

    fleet.run(requests(300, CacheOutcome.HIT).iterator(), MINUTE);
    fleet.settle();

    assertThat(fleet.tally().sum(Kind.REQUESTS)).isEqualTo(300);
    assertThat(fleet.books().lost()).isBetween(SIZE, 4 * SIZE);
  }

  @Test
  void aRegionThatIsCutOffServesWhatItHoldsAndTellsOfItLater() {
    LeaseRules standing =
        new LeaseRules(
            SIZE, 20 * SIZE, Duration.ofSeconds(5), Duration.ofMinutes(5), Duration.ofSeconds(2));
    Fleet fleet = new Fleet(SETTINGS.with(Duration.ofSeconds(1), standing), NETWORK, Desk.REAL);
    fleet.books().grant(CDN, 10_000 * SIZE, 1);
    fleet.at(Duration.ofSeconds(10), () -> fleet.cut(0, true));
    fleet.at(Duration.ofSeconds(50), () -> fleet.cut(0, false));

    fleet.run(requests(590, CacheOutcome.HIT).iterator(), MINUTE);
    fleet.settle();

    assertThat(fleet.tally().sum(Kind.REQUESTS)).isBetween(450L, 589L);
    assertThat(fleet.books().lost()).isZero();
  }
}
