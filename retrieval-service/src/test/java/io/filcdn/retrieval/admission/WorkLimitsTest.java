package io.filcdn.retrieval.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.retrieval.address.Prefix;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.netty.util.NetUtil;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkLimitsTest {

  private final WorkLimits limits = new WorkLimits(new WorkLimits.Limits("proofs", 10, 2, 2));

  private static List<Prefix> networks(String address) {
    return Prefix.of(NetUtil.createInetAddressFromIpAddressString(address));
  }

  private Optional<Refusal> enter(String address) {
    return limits.enter(networks(address)).map(Problem::refusal);
  }

  @Test
  void aClientHasItsBoundAndOthersHaveTheirs() {
    assertThat(enter("192.0.2.1")).isEmpty();
    assertThat(enter("192.0.2.1")).isEmpty();
    assertThat(enter("192.0.2.1")).contains(Refusal.TOO_MANY_REQUESTS_OF_CLIENT);
    assertThat(enter("192.0.2.2")).isEmpty();

    limits.leave(networks("192.0.2.1"));

    assertThat(enter("192.0.2.1")).isEmpty();
    assertThat(enter("192.0.2.1")).contains(Refusal.TOO_MANY_REQUESTS_OF_CLIENT);
  }

  @Test
  void aNetworkHasItsBound() {
    for (int i = 1; i <= 8; i++) {
      assertThat(enter("192.0.2." + i)).isEmpty();
    }

    assertThat(enter("192.0.2.9")).contains(Refusal.TOO_MANY_REQUESTS_OF_CLIENT);
    assertThat(enter("198.51.100.1")).isEmpty();
  }

  @Test
  void allTogetherHaveTheirs() {
    for (int i = 1; i <= 10; i++) {
      assertThat(enter("10.0." + i + ".1")).isEmpty();
    }

    assertThat(enter("10.0.11.1")).contains(Refusal.TOO_MANY_REQUESTS);
    limits.leave(networks("10.0.3.1"));
    assertThat(enter("10.0.11.1")).isEmpty();
  }
}
