package io.filcdn.retrieval.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.retrieval.address.Prefix;
import io.netty.util.NetUtil;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MissWatchTest {

  private static final long MIB = 1 << 20;
  private static final long GIB = 1L << 30;
  private static final DataSetId DATA_SET = DataSetId.of("fwss/1");
  private static final DataSetId OTHER_DATA_SET = DataSetId.of("fwss/2");
  private static final ProviderId PROVIDER = ProviderId.of("fwss/7");
  private static final ProviderId OTHER_PROVIDER = ProviderId.of("fwss/8");

  private final AtomicLong now = new AtomicLong();
  private final MissWatch watch = new MissWatch(now::get);

  private static List<Prefix> client(String address) {
    return Prefix.of(NetUtil.createInetAddressFromIpAddressString(address));
  }

  private void fetch(String client, ProviderId provider, long fetched, long taken) {
    watch.begins(client(client), DATA_SET);
    watch.fetched(client(client), DATA_SET, List.of(new FillCharge.Supplied(provider, fetched)));
    watch.took(client(client), DATA_SET, taken);
  }

  private List<ProviderId> farmed() {
    return watch.look().stream().map(MissWatch.Farmed::provider).toList();
  }

  @Test
  void aProviderWhoseMissesAreForFewClientsThatTakeNothingIsShown() {
    fetch("192.0.2.1", PROVIDER, 2 * GIB, 100);
    fetch("198.51.100.1", PROVIDER, GIB, MIB);
    fetch("203.0.113.1", PROVIDER, GIB, GIB);
    fetch("192.0.2.1", OTHER_PROVIDER, GIB / 2, 0);

    assertThat(watch.look())
        .containsExactly(
            new MissWatch.Farmed(
                PROVIDER,
                3 * GIB,
                4 * GIB,
                List.of(client("192.0.2.1").getLast(), client("198.51.100.1").getLast())));
    assertThat(watch.look().getFirst().networks().toString())
        .isEqualTo("[192.0.2.0/24, 198.51.100.0/24]");
  }

  @Test
  void littleIsNothing() {
    fetch("192.0.2.1", PROVIDER, GIB - 1, 0);
    assertThat(farmed()).isEmpty();

    fetch("192.0.2.1", PROVIDER, 1, 0);
    assertThat(farmed()).containsExactly(PROVIDER);
  }

  @Test
  void whoTakesATenthTakesSomething() {
    fetch("192.0.2.1", PROVIDER, 10 * GIB, GIB - 1);
    assertThat(farmed()).containsExactly(PROVIDER);

    fetch("192.0.2.1", PROVIDER, 0, 1);
    assertThat(farmed()).isEmpty();
  }

  @Test
  void laterHitsOfTheSameDataSetCountAsTaken() {
    fetch("192.0.2.1", PROVIDER, 2 * GIB, 0);
    watch.took(client("192.0.2.1"), OTHER_DATA_SET, 2 * GIB);
    watch.took(client("198.51.100.1"), DATA_SET, 2 * GIB);
    assertThat(farmed()).containsExactly(PROVIDER);

    watch.took(client("192.0.2.9"), DATA_SET, 2 * GIB);
    assertThat(farmed()).isEmpty();
  }

  @Test
  void manyClientsThatSeekAreNotFew() {
    for (int i = 0; i < 2 * MissWatch.FEW; i++) {
      fetch("10.0." + i + ".1", PROVIDER, GIB, 0);
    }
    assertThat(farmed()).isEmpty();
  }

  @Test
  void theAddressesOfANetworkAreOneClient() {
    for (int i = 0; i < 200; i++) {
      fetch("192.0.2." + i, PROVIDER, 10 * MIB, 0);
      fetch("2001:db8:0:" + i + "::1", OTHER_PROVIDER, 10 * MIB, 0);
    }
    assertThat(farmed()).containsExactlyInAnyOrder(PROVIDER, OTHER_PROVIDER);
    assertThat(watch.rows()).isEqualTo(2);
  }

  @Test
  void whatOthersTakeOfAProviderSpeaksForIt() {
    fetch("192.0.2.1", PROVIDER, GIB, 0);
    fetch("198.51.100.1", PROVIDER, GIB, GIB);
    assertThat(farmed()).isEmpty();
  }

  @Test
  void anHourIsShownUntilTheNextIsOver() {
    fetch("192.0.2.1", PROVIDER, 2 * GIB, 0);
    now.addAndGet(Duration.ofHours(1).toNanos());
    assertThat(farmed()).containsExactly(PROVIDER);
    assertThat(watch.rows()).isZero();

    now.addAndGet(Duration.ofMinutes(59).toNanos());
    fetch("192.0.2.1", OTHER_PROVIDER, GIB, 0);
    assertThat(farmed()).containsExactly(PROVIDER, OTHER_PROVIDER);

    now.addAndGet(Duration.ofMinutes(1).toNanos());
    assertThat(farmed()).containsExactly(OTHER_PROVIDER);
    now.addAndGet(Duration.ofHours(1).toNanos());
    assertThat(farmed()).isEmpty();
  }

  @Test
  void theWorstFewAreShown() {
    for (int i = 0; i < 50; i++) {
      fetch("192.0.2.1", ProviderId.of("fwss/" + (100 + i)), (i + 1) * GIB, 0);
    }
    assertThat(watch.look())
        .hasSize(MissWatch.MOST_SHOWN)
        .extracting(MissWatch.Farmed::bytes)
        .startsWith(50 * GIB, 49 * GIB)
        .endsWith(41 * GIB);
  }

  @Test
  void theTableIsBounded() {
    for (int i = 0; i < 2 * MissWatch.MOST_ROWS; i++) {
      fetch("10.%d.%d.1".formatted(i >> 8 & 255, i & 255), ProviderId.of("fwss/" + i), 1, 0);
    }
    assertThat(watch.rows()).isBetween(MissWatch.MOST_ROWS / 2, MissWatch.MOST_ROWS);
  }
}
