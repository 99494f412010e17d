package io.filcdn.testing.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortsTest {

  private static final Set<Listener> ALL = EnumSet.allOf(Listener.class);

  @Test
  void portsCountUpFromTheBase() throws IOException {
    int base = Ports.claim(Ports.ANY, Set.of(Listener.RETRIEVAL)).of(Listener.RETRIEVAL);
    Set<Listener> few = EnumSet.of(Listener.RETRIEVAL);

    assertThat(Ports.claim(base, few).url(Listener.RETRIEVAL))
        .isEqualTo("http://127.0.0.1:" + base);
  }

  @Test
  void aPortInUseIsToldWithWhatItIsFor() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int base = taken.getLocalPort() - 2;

      assertThatThrownBy(() -> Ports.claim(base, EnumSet.of(Listener.METRICS)))
          .isInstanceOf(StackFailure.class)
          .hasMessageStartingWith(
              "port %d, for metrics, is in use: stop".formatted(taken.getLocalPort()))
          .hasMessageContaining("--port-base N");
    }
  }

  @Test
  void anyFreePortsDiffer() {
    Ports ports = Ports.claim(Ports.ANY, ALL);

    assertThat(new HashSet<>(ports.numbers().values())).hasSize(ALL.size());
    assertThat(ports.numbers().keySet()).isEqualTo(ALL);
  }

  @Test
  void aBaseBeyondAllPortsIsRefused() {
    assertThatThrownBy(() -> Ports.claim(65530, ALL))
        .hasMessageContaining("1 to 65527, found 65530");
  }

  @Test
  void aListenerWithoutAPortIsABug() {
    Ports ports = Ports.claim(Ports.ANY, EnumSet.of(Listener.KAFKA));

    assertThatThrownBy(() -> ports.of(Listener.CHAIN)).isInstanceOf(IllegalArgumentException.class);
  }
}
