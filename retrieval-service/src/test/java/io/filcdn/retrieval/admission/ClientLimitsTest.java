package io.filcdn.retrieval.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.retrieval.address.Prefix;
import io.filcdn.retrieval.admission.ClientLimits.Entry;
import io.filcdn.retrieval.admission.ClientLimits.Limits;
import io.filcdn.retrieval.admission.ClientLimits.Place;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.netty.util.NetUtil;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientLimitsTest {

  private static final long REQUESTS_OF_ALL = 100;
  private static final long MIB = 1 << 20;
  private static final DataSetId DATA_SET = DataSetId.of("fwss/1");
  private static final List<Prefix> CLIENT = networks("192.0.2.1");

  private final ClientLimits limits =
      new ClientLimits(new Limits(REQUESTS_OF_ALL, 3, 1_000, 0.1, 2));

  private static List<Prefix> networks(String address) {
    return Prefix.of(NetUtil.createInetAddressFromIpAddressString(address));
  }

  private Entry enter(String address) {
    return limits.enter(networks(address));
  }

  private Place place(String address) {
    return (Place) enter(address);
  }

  /** How many requests of the addresses {@code %d} = 0, 1, … are let in. */
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1,            3, 'an address'",
    "192.0.2.%d,          12, 'addresses of a /24'",
    "192.0.%d.1,          50, 'addresses of many /24'",
    "2001:db8::%d,         3, 'addresses of a /64'",
    "2001:db8:0:%d::1,     6, '/64s of a /56'",
    "2001:db8:0:%d00::1,  12, '/56s of a /48'",
    "2001:db8:%d::1,      50, 'many /48s'"
  })
  void eachNetworkHasItsBound(String pattern, int most, String networks) {
    List<Place> places = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      switch (enter(pattern.replace("%d", Integer.toString(i)))) {
        case Place place -> places.add(place);
        case Entry.Refused(Refusal why) ->
            assertThat(why).isEqualTo(Refusal.TOO_MANY_REQUESTS_OF_CLIENT);
      }
    }

    assertThat(places).as(networks).hasSize(most);
    assertThat(limits.requests()).isEqualTo(most);
    places.forEach(Place::leave);
    assertThat(limits.requests()).isZero();
    assertThat(limits.networks()).isZero();
  }

  @Test
  void whoIsRefusedForItsNetworkTakesNothing() {
    for (int i = 0; i < 12; i++) {
      place("192.0.2." + i);
    }
    int before = limits.networks();

    assertThat(enter("192.0.2.99"))
        .isEqualTo(new Entry.Refused(Refusal.TOO_MANY_REQUESTS_OF_CLIENT));

    assertThat(limits.networks()).isEqualTo(before);
    assertThat(enter("198.51.100.1")).isInstanceOf(Place.class);
  }

  @Test
  void promisedBytesAreBoundedForANetworkToo() {
    for (int i = 0; i < 4; i++) {
      assertThat(place("192.0.2." + i).promise(1_000)).isEmpty();
    }
    Place another = place("192.0.2.5");

    assertThat(another.promise(1)).contains(Refusal.TOO_MANY_BYTES_OF_CLIENT);
    another.leave();
    assertThat(place("192.0.3.1").promise(1_000)).isEmpty();
  }

  @Test
  void oneResponseMayAlwaysBeUnderWay() {
    Place large = place("192.0.2.1");
    assertThat(large.promise(1_000_000)).isEmpty();
    Place second = place("192.0.2.1");
    assertThat(second.promise(1)).contains(Refusal.TOO_MANY_BYTES_OF_CLIENT);

    large.leave();

    assertThat(second.promise(1)).isEmpty();
  }

  @Test
  void thereAreSoManyRequestsInAll() {
    for (int i = 0; i < REQUESTS_OF_ALL; i++) {
      place("10.0." + i + ".1");
    }

    assertThat(enter("192.0.2.1")).isEqualTo(new Entry.Refused(Refusal.TOO_MANY_REQUESTS));
  }

  /** How many responses of the addresses {@code %d} = 0, 1, … may hold quota, of 640 MiB left. */
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1,           32, 'an address'",
    "192.0.2.%d,         128, 'addresses of a /24'",
    "192.0.%d.1,         200, 'addresses of many /24'",
    "2001:db8::%d,        32, 'addresses of a /64'",
    "2001:db8:0:%d::1,    64, '/64s of a /56'",
    "2001:db8:0:%d00::1, 128, '/56s of a /48'",
    "2001:db8:%d::1,     200, 'many /48s'"
  })
  void eachNetworkHoldsAPartOfADataSetsQuota(String pattern, int most, String networks) {
    ClientLimits many = new ClientLimits(new Limits(1_000, 1_000, 1_000, 0.1, 2));
    List<Place> holding = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String address = pattern.replace("%d", Integer.toString(i % 100));
      Place place = (Place) many.enter(networks(address));
      if (place.hold(DATA_SET, 100 * MIB, 640 * MIB).isEmpty()) {
        holding.add(place);
      } else {
        place.leave();
      }
    }

    assertThat(holding).as(networks).hasSize(most);
    holding.forEach(Place::leave);
    assertThat(many.networks()).isZero();
  }

  @Test
  void theShareIsOfEachDataSetAndOfWhatItHasLeft() {
    ClientLimits many = new ClientLimits(new Limits(1_000, 1_000, 1_000, 0.1, 2));
    for (int i = 0; i < 8; i++) {
      assertThat(((Place) many.enter(CLIENT)).hold(DATA_SET, 2 * MIB, MIB)).isEmpty();
    }
    Place place = (Place) many.enter(CLIENT);

    Problem problem = place.hold(DATA_SET, 1, MIB).orElseThrow();

    assertThat(problem.refusal()).isEqualTo(Refusal.TOO_MANY_BYTES_OF_CLIENT);
    assertThat(problem.details())
        .containsExactly(
            "data set: 1", "bytes of its quota that may be reserved for you at once: 16777216");
    assertThat(place.hold(DataSetId.of("fwss/2"), 1, MIB)).isEmpty();
    assertThat(((Place) many.enter(CLIENT)).hold(DATA_SET, 2 * MIB, 180 * MIB)).isEmpty();
  }

  @Test
  void smallResponsesHoldLittle() {
    ClientLimits many = new ClientLimits(new Limits(10_000, 10_000, 1_000, 0.1, 2));
    for (int i = 0; i < 1_024; i++) {
      assertThat(((Place) many.enter(CLIENT)).hold(DATA_SET, 16 << 10, MIB)).isEmpty();
    }

    assertThat(((Place) many.enter(CLIENT)).hold(DATA_SET, 1, MIB)).isPresent();
  }

  @Test
  void ofALargeQuotaTheBoundOfRequestsIsTheNarrowerOne() {
    Place place = place("192.0.2.1");

    assertThat(place.hold(DATA_SET, 100 * MIB, 60 * MIB)).isEmpty();

    assertThat(limits.networks()).as("nothing is kept of it").isEqualTo(2);
  }
}
