package io.filcdn.retrieval.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.retrieval.address.Prefix;
import io.netty.util.NetUtil;
import org.junit.jupiter.api.Test;

class HostFetchesTest {

  private final HostFetches fetches = new HostFetches(2);

  private static Prefix host(String address) {
    return Prefix.of(NetUtil.createInetAddressFromIpAddressString(address)).getFirst();
  }

  @Test
  void aHostHasSoManyAndOthersHaveTheirs() {
    assertThat(fetches.begin(host("192.0.2.1"))).isTrue();
    assertThat(fetches.begin(host("192.0.2.1"))).isTrue();

    assertThat(fetches.begin(host("192.0.2.1"))).isFalse();
    assertThat(fetches.begin(host("192.0.2.2"))).isTrue();
  }

  @Test
  void theAddressesOfAnIpv6NetworkAreOneHost() {
    assertThat(fetches.begin(host("2001:db8::1"))).isTrue();
    assertThat(fetches.begin(host("2001:db8::2"))).isTrue();

    assertThat(fetches.begin(host("2001:db8::3"))).isFalse();
    assertThat(fetches.begin(host("2001:db8:0:1::1"))).isTrue();
  }

  @Test
  void aPlaceThatIsGivenBackIsFreeAndHostsWithoutFetchesAreForgotten() {
    fetches.begin(host("192.0.2.1"));
    fetches.begin(host("192.0.2.1"));
    fetches.end(host("192.0.2.1"));
    assertThat(fetches.begin(host("192.0.2.1"))).isTrue();

    fetches.end(host("192.0.2.1"));
    fetches.end(host("192.0.2.1"));

    assertThat(fetches.hosts()).isZero();
  }
}
