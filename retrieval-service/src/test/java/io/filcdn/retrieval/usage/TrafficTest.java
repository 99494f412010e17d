package io.filcdn.retrieval.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.Address;
import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.payment.ProviderId;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The bytes that an edge shows, with places for two names. */
class TrafficTest {

  private static final String PAYERS = "filcdn.served.payer.bytes";

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Traffic traffic = new Traffic(meters, 2);

  private static Address payer(int number) {
    return Address.of("0x%040x".formatted(number));
  }

  private void serve(int payer, CacheOutcome outcome, long bytes) {
    traffic.response(payer(payer), outcome).took(bytes);
  }

  /** The values of a metric by its only label. */
  private Map<String, Double> shown(String name) {
    Map<String, Double> values = new TreeMap<>();
    for (FunctionCounter counter : meters.find(name).functionCounters()) {
      values.put(counter.getId().getTags().getFirst().getValue(), counter.count());
    }
    return values;
  }

  @Test
  void bytesAreShownByOutcomeFromTheStart() {
    serve(1, CacheOutcome.HIT, 100);
    serve(2, CacheOutcome.HIT, 20);
    serve(2, CacheOutcome.MISS, 3);

    assertThat(shown("filcdn.served.bytes"))
        .isEqualTo(Map.of("hit", 120.0, "miss", 3.0, "collapsed", 0.0));
  }

  @Test
  void theFirstNamesAreShownAndTheRestTogether() {
    serve(1, CacheOutcome.HIT, 100);
    serve(2, CacheOutcome.MISS, 20);
    serve(3, CacheOutcome.HIT, 3);
    serve(4, CacheOutcome.HIT, 4);
    serve(1, CacheOutcome.HIT, 1);

    assertThat(shown(PAYERS))
        .isEqualTo(Map.of(payer(1).toString(), 101.0, payer(2).toString(), 20.0, "other", 7.0));
  }

  @Test
  void aNameThatMovesNothingMakesRoomForAnother() {
    serve(1, CacheOutcome.HIT, 100);
    serve(2, CacheOutcome.HIT, 20);
    traffic.leaveOutIdle();
    serve(2, CacheOutcome.HIT, 5);

    traffic.leaveOutIdle();
    serve(3, CacheOutcome.HIT, 3);

    assertThat(shown(PAYERS))
        .isEqualTo(Map.of(payer(2).toString(), 25.0, payer(3).toString(), 3.0, "other", 0.0));
  }

  @Test
  void providersAndVerdictsAndResultsAreCounted() {
    traffic.from(ProviderId.of("fwss/7")).add(50);
    traffic.verified(40);
    traffic.refused(10);
    traffic.fetched("completed");
    traffic.fetched("timeout");
    traffic.fetched("completed");

    assertThat(shown("filcdn.fetched.bytes")).isEqualTo(Map.of("fwss/7", 50.0, "other", 0.0));
    assertThat(shown("filcdn.fill.bytes")).isEqualTo(Map.of("verified", 40.0, "refused", 10.0));
    assertThat(shown("filcdn.fetches")).isEqualTo(Map.of("completed", 2.0, "timeout", 1.0));
  }
}
