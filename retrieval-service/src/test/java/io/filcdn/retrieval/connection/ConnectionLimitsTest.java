package io.filcdn.retrieval.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.filcdn.retrieval.connection.ConnectionLimits.Bounds;
import io.filcdn.retrieval.connection.ConnectionLimits.Place;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectionLimitsTest {

  private final List<String> closed = new ArrayList<>();

  private static ConnectionLimits limits(int all, int reserved, int perClient) {
    return new ConnectionLimits(
        new Bounds(all, reserved, perClient, 2), InetAddress::isLoopbackAddress);
  }

  private Optional<Place> enter(ConnectionLimits limits, String address) {
    try {
      return limits.enter(InetAddress.getByName(address), () -> closed.add(address));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @CanIgnoreReturnValue
  private Place place(ConnectionLimits limits, String address) {
    return enter(limits, address).orElseThrow();
  }

  /** How many of the addresses {@code %d} = 0, 1, … find a place, one after the other. */
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1,               3, 'an address'",
    "192.0.2.%d,             12, 'addresses of a /24'",
    "192.0.%d.1,             20, 'addresses of many /24'",
    "2001:db8::1,             3, 'an IPv6 address'",
    "2001:db8::%d,            3, 'addresses of a /64'",
    "2001:db8:0:%d::1,        6, '/64s of a /56'",
    "2001:db8:0:%d00::1,     12, '/56s of a /48'",
    "2001:db8:%d::1,         20, 'many /48s'",
    "::ffff:192.0.2.1,        3, 'an IPv4 address in IPv6 form'",
    "127.0.0.1,              20, 'a proxy'"
  })
  void eachNetworkHasItsBound(String pattern, int places, String networks) {
    ConnectionLimits limits = limits(100, 10, 3);

    int found = 0;
    for (int i = 0; i < 20; i++) {
      found += enter(limits, pattern.replace("%d", Integer.toString(i))).isPresent() ? 1 : 0;
    }

    assertThat(found).as(networks).isEqualTo(places);
    assertThat(limits.open()).isEqualTo(places);
    assertThat(limits.refused()).isEqualTo(20 - places);
  }

  @Test
  void aPlaceThatIsGivenBackIsFree() {
    ConnectionLimits limits = limits(100, 10, 1);
    Place first = place(limits, "192.0.2.1");
    assertThat(enter(limits, "192.0.2.1")).isEmpty();

    first.leave();
    first.leave();

    assertThat(enter(limits, "192.0.2.1")).isPresent();
    assertThat(enter(limits, "192.0.2.1")).isEmpty();
    assertThat(limits.open()).isEqualTo(1);
  }

  /** Four busy connections, of which the last place is kept. */
  private static List<Place> busy(ConnectionLimits limits, ConnectionLimitsTest test) {
    List<Place> places = new ArrayList<>();
    for (String address : List.of("192.0.2.1", "192.0.2.2", "192.0.2.3")) {
      Place busy = test.place(limits, address);
      busy.requestBegins();
      places.add(busy);
    }
    return places;
  }

  @Test
  void theLastPlacesAreForNetworksThatHaveNone() {
    ConnectionLimits limits = limits(4, 1, 3);
    busy(limits, this);

    assertThat(enter(limits, "192.0.2.4")).as("of a network that has some").isEmpty();
    assertThat(enter(limits, "198.51.100.1")).as("of another").isPresent();
    assertThat(closed).isEmpty();
    assertThat(limits.open()).isEqualTo(4);
  }

  @Test
  void whereAllAreBusyNobodyGoes() {
    ConnectionLimits limits = limits(4, 1, 3);
    busy(limits, this);
    place(limits, "198.51.100.1").requestBegins();

    assertThat(enter(limits, "203.0.113.1")).isEmpty();
    assertThat(closed).isEmpty();
  }

  @Test
  void theOldestIdleOneWhoseClientWasOnlyRefusedGoesFirst() {
    ConnectionLimits limits = limits(4, 1, 3);
    List<Place> places = busy(limits, this);
    places.get(1).requestEnds(false);
    places.get(2).requestEnds(false);
    place(limits, "198.51.100.1");

    assertThat(enter(limits, "203.0.113.1")).isPresent();
    assertThat(closed).containsExactly("192.0.2.2");
    // it tells so itself later
    places.get(1).leave();
    assertThat(limits.open()).isEqualTo(4);
    assertThat(enter(limits, "203.0.114.1")).isPresent();
    assertThat(closed).containsExactly("192.0.2.2", "192.0.2.3");
    assertThat(limits.evicted()).isEqualTo(2);
  }

  @Test
  void whoGotAPieceStaysOnAllOfItsConnections() {
    ConnectionLimits limits = limits(4, 1, 3);
    Place served = place(limits, "192.0.2.1");
    place(limits, "192.0.2.1");
    served.requestBegins();
    served.requestEnds(true);
    place(limits, "192.0.2.2");
    place(limits, "198.51.100.1");

    assertThat(enter(limits, "203.0.113.1")).isPresent();
    assertThat(enter(limits, "203.0.114.1")).isPresent();
    assertThat(closed).containsExactly("192.0.2.2", "198.51.100.1");
  }

  @Test
  void aSearchGoesOnBehindThoseThatAreBusy() {
    ConnectionLimits limits = new ConnectionLimits(new Bounds(201, 1, 300, 1), address -> false);
    for (int i = 0; i < 200; i++) {
      place(limits, "192.0.2.1").requestBegins();
    }
    place(limits, "198.51.100.1");

    int tries = 1;
    while (enter(limits, "203.0.113.1").isEmpty()) {
      tries++;
    }

    assertThat(tries).isBetween(2, 4);
    assertThat(closed).containsExactly("198.51.100.1");
  }

  @Test
  void proxiesAreBoundedInAllOnly() {
    ConnectionLimits limits = limits(4, 1, 1);
    for (int i = 0; i < 4; i++) {
      place(limits, "127.0.0.1");
    }

    assertThat(enter(limits, "127.0.0.1")).isEmpty();
    assertThat(enter(limits, "192.0.2.1")).isEmpty();
    assertThat(closed).isEmpty();
  }

  @Test
  void somePlacesMustBeForAll() {
    assertThatThrownBy(() -> new Bounds(10, 10, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found 10 of 10");
  }
}
