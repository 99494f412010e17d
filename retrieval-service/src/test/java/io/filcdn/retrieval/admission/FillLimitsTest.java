package io.filcdn.retrieval.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.retrieval.address.Prefix;
import io.filcdn.retrieval.admission.FillLimits.Fetch;
import io.filcdn.retrieval.admission.FillLimits.Leave;
import io.filcdn.retrieval.admission.FillLimits.Limits;
import io.filcdn.retrieval.admission.FillLimits.Shares;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.usage.FillCharge;
import io.netty.util.NetUtil;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FillLimitsTest {

  private static final long GIB = 1L << 30;
  private static final long PLENTY = 1_000_000;
  private static final DataSetId DATA_SET = DataSetId.of("fwss/1");
  private static final ProviderId PROVIDER = ProviderId.of("fwss/1");

  private final AtomicLong now = new AtomicLong();

  private FillLimits limits(long fetches, long unasked) {
    return new FillLimits(
        new Limits(fetches, PLENTY, unasked, PLENTY * GIB, new Shares(0.25, 0.05, 0.2), 2),
        now::get);
  }

  private static Fetch fetch(String client, long size, long asked, long quota) {
    return new Fetch(
        Prefix.of(NetUtil.createInetAddressFromIpAddressString(client)),
        DATA_SET,
        size,
        asked,
        quota,
        true);
  }

  /** Begins a fetch without a share of a quota, and ends it. */
  private static boolean run(FillLimits limits, long asked, long fetched, long accepted) {
    return run(limits, fetch("192.0.2.1", 1_000, asked, Long.MAX_VALUE), fetched, accepted);
  }

  private static boolean run(FillLimits limits, Fetch fetch, long fetched, long accepted) {
    return switch (limits.begin(fetch, supplied -> {})) {
      case Leave.Given(FillCharge charge) -> {
        charge.begin();
        charge.fetched(List.of(new FillCharge.Supplied(PROVIDER, fetched)));
        charge.accepted(accepted);
        yield true;
      }
      case Leave.Refused(Refusal refusal) -> {
        assertThat(refusal)
            .isIn(Refusal.TOO_MANY_FILLS_OF_CLIENT, Refusal.TOO_MANY_FILLS_OF_DATA_SET);
        yield false;
      }
    };
  }

  private static int runs(int most, java.util.function.BooleanSupplier run) {
    int runs = 0;
    while (runs < most && run.getAsBoolean()) {
      runs++;
    }
    return runs;
  }

  @Test
  void whatBringsNothingIsFree() {
    FillLimits limits = limits(8, 10_000);

    assertThat(runs(100, () -> run(limits, 0, 0, 0))).isEqualTo(100);
    assertThat(runs(100, () -> run(limits, 1_000, 1_000, 1_000))).isEqualTo(8);
  }

  @Test
  void guessesOfASizeThatBringNothingAreLimitedApartFromFetches() {
    FillLimits limits = limits(8, 10_000);
    Fetch guess =
        new Fetch(
            Prefix.of(NetUtil.createInetAddressFromIpAddressString("192.0.2.1")),
            DATA_SET,
            1_000,
            1_000,
            Long.MAX_VALUE,
            false);

    assertThat(runs(100, () -> run(limits, guess, 0, 0))).isEqualTo(8);
    assertThat(runs(100, () -> run(limits, 1_000, 1_000, 1_000))).isEqualTo(8);
    now.addAndGet(Duration.ofHours(1).toNanos());
    assertThat(runs(100, () -> run(limits, guess, 1_000, 1_000))).isEqualTo(8);
    assertThat(runs(100, () -> run(limits, 0, 0, 0))).isZero();
  }

  @Test
  void askingForAllAndLeavingIsNotFree() {
    FillLimits limits = limits(PLENTY, 10_000);

    // the last begins with 10 bytes left: what it will not take is not known then
    assertThat(runs(100, () -> run(limits, 1_000, 1_000, 1))).isEqualTo(11);
  }

  @Test
  void takingAllIsFreeHoweverMuchThatIs() {
    FillLimits limits = limits(PLENTY, 10_000);

    assertThat(runs(1_000, () -> run(limits, 1_000, 1_000, 1_000))).isEqualTo(1_000);
  }

  @Test
  void aRangeIsChargedTheRest() {
    FillLimits limits = limits(PLENTY, 10_000);

    assertThat(runs(100, () -> run(limits, 1, 1_000, 1))).isEqualTo(10);
    now.addAndGet(Duration.ofHours(1).toNanos());
    assertThat(runs(100, () -> run(limits, 1, 1_000, 1))).isEqualTo(10);
  }

  @Test
  void whatARequestThatOnlyFollowsHeldIsFreed() {
    FillLimits limits = limits(PLENTY, 999);

    for (int i = 0; i < 100; i++) {
      Leave leave = limits.begin(fetch("192.0.2.1", 1_000, 1, Long.MAX_VALUE), supplied -> {});
      assertThat(leave).isInstanceOf(Leave.Given.class);
      ((Leave.Given) leave).charge().accepted(1);
    }
  }

  @Test
  void whatIsUnderWayIsHeld() {
    FillLimits limits = limits(2, PLENTY);
    Leave first = limits.begin(fetch("192.0.2.1", 1_000, 1_000, Long.MAX_VALUE), supplied -> {});
    limits.begin(fetch("192.0.2.1", 1_000, 1_000, Long.MAX_VALUE), supplied -> {});

    assertThat(run(limits, 1_000, 1_000, 1_000)).isFalse();

    ((Leave.Given) first).charge().accepted(0);
    assertThat(run(limits, 1_000, 1_000, 1_000)).isTrue();
  }

  /** 43.9 GiB is what 0.3 USDFC of lockup pay for. */
  @Test
  void oneClientCannotDrainADataSetsCacheMissQuota() {
    FillLimits limits = limits(PLENTY, PLENTY * GIB);
    long quota = 44 * GIB;
    Fetch whole = fetch("192.0.2.1", GIB, GIB, quota);
    Fetch ofAnother = fetch("198.51.100.1", GIB, GIB, quota);

    assertThat(runs(100, () -> run(limits, whole, GIB, GIB))).isEqualTo(11);
    assertThat(runs(100, () -> run(limits, ofAnother, GIB, GIB))).isEqualTo(11);
  }

  @Test
  void whoTakesNothingGetsASmallerShareAndAllOfThemTogetherOne() {
    FillLimits limits = limits(PLENTY, PLENTY * GIB);
    long quota = 100 * GIB;

    assertThat(runs(100, () -> run(limits, fetch("192.0.2.1", GIB, 0, quota), GIB, 0)))
        .isEqualTo(5);
    int others = 0;
    for (int i = 0; i < 50; i++) {
      Fetch range = fetch("10.0." + i + ".1", GIB, 0, quota);
      others += runs(1, () -> run(limits, range, GIB, 0));
    }
    assertThat(others).isEqualTo(15);
  }

  @Test
  void aSmallQuotaIsThereForOneClient() {
    FillLimits limits = limits(PLENTY, PLENTY * GIB);

    assertThat(run(limits, fetch("192.0.2.1", GIB / 2, GIB / 2, GIB / 2), GIB / 2, GIB / 2))
        .isTrue();
  }

  /** Clients {@code %d} = 0, 1, … of a network, each of which takes nothing of one piece. */
  @ParameterizedTest
  @CsvSource({
    "192.0.2.%d,          8, 'of a /24'",
    "2001:db8::%d,        2, 'of a /64'",
    "2001:db8:0:%d::1,    4, 'of a /56'",
    "2001:db8:0:%d00::1,  8, 'of a /48'",
    "10.0.%d.1,          50, 'of many /24'"
  })
  void theClientsOfANetworkHaveABoundTogether(String pattern, int most, String networks) {
    FillLimits limits = limits(2, PLENTY);

    int begun = 0;
    for (int i = 0; i < 50; i++) {
      String client = pattern.replace("%d", Integer.toString(i));
      begun += runs(1, () -> run(limits, fetch(client, 1_000, 0, Long.MAX_VALUE), 1_000, 0));
    }

    assertThat(begun).as(networks).isEqualTo(most);
  }

  @Test
  void aNetworkHasAWiderShareOfADataSetsCacheMissQuota() {
    FillLimits limits = limits(PLENTY, PLENTY * GIB);

    int begun = 0;
    for (int i = 0; i < 250; i++) {
      Fetch whole = fetch("192.0.2." + i, GIB, GIB, 20 * GIB);
      begun += runs(1, () -> run(limits, whole, GIB, GIB));
    }

    assertThat(begun).isEqualTo(20);
  }

  @Test
  void whatEachProviderSuppliedIsToldOnceAllIsOver() {
    FillLimits limits = limits(PLENTY, PLENTY);
    List<List<FillCharge.Supplied>> told = new ArrayList<>();
    FillCharge charge =
        ((Leave.Given) limits.begin(fetch("192.0.2.1", 10, 10, Long.MAX_VALUE), told::add))
            .charge();
    FillCharge.Supplied first = new FillCharge.Supplied(PROVIDER, 3);
    FillCharge.Supplied second = new FillCharge.Supplied(ProviderId.of("fwss/2"), 7);

    charge.begin();
    charge.fetched(List.of(first));
    charge.begin();
    charge.accepted(4);
    assertThat(told).isEmpty();
    charge.fetched(List.of(second));

    assertThat(told).containsExactly(List.of(first, second));
  }
}
