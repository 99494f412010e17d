package io.filcdn.retrieval.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.retrieval.address.Prefix;
import io.filcdn.retrieval.refusal.Refusal;
import io.netty.util.NetUtil;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TreeLimitsTest {

  private static final int AN_HOUR = 40;

  private final AtomicLong nanos = new AtomicLong();
  private final TreeLimits limits = new TreeLimits(AN_HOUR, 2, nanos::get);

  private static List<Prefix> networks(String address) {
    return Prefix.of(NetUtil.createInetAddressFromIpAddressString(address));
  }

  /** So many trees, one after another, may be begun with. */
  private int oneAfterAnother(List<Prefix> client, int tries) {
    int begun = 0;
    while (begun < tries && limits.begin(client).isEmpty()) {
      limits.end(client);
      begun++;
    }
    return begun;
  }

  @Test
  void aClientAndItsNetworkHaveSoManyAnHour() {
    assertThat(oneAfterAnother(networks("192.0.2.1"), 1_000)).isEqualTo(AN_HOUR);
    assertThat(limits.begin(networks("192.0.2.1"))).contains(Refusal.TOO_MANY_TREES_OF_CLIENT);
    int ofNetwork = AN_HOUR;
    for (int i = 2; i < 10; i++) {
      ofNetwork += oneAfterAnother(networks("192.0.2." + i), 1_000);
    }
    assertThat(ofNetwork).isEqualTo(4 * AN_HOUR);
    assertThat(oneAfterAnother(networks("192.0.3.1"), 1_000)).isEqualTo(AN_HOUR);

    nanos.addAndGet(Duration.ofMinutes(30).toNanos());

    assertThat(oneAfterAnother(networks("192.0.2.1"), 1_000)).isEqualTo(AN_HOUR / 2);
  }

  @Test
  void aClientHasSomeAtOnceAndAllHaveABound() {
    List<Prefix> client = networks("192.0.2.1");
    for (int i = 0; i < 32; i++) {
      assertThat(limits.begin(client)).isEmpty();
    }
    assertThat(limits.begin(client)).contains(Refusal.TOO_MANY_REQUESTS_OF_CLIENT);
    for (int i = 32; i < 256; i++) {
      assertThat(limits.begin(networks("192.0.%d.%d".formatted(2 + i / 32, i)))).isEmpty();
    }
    assertThat(limits.begin(networks("192.0.100.1"))).contains(Refusal.TOO_MANY_REQUESTS);

    limits.end(client);

    assertThat(limits.begin(networks("192.0.100.1"))).isEmpty();
  }
}
