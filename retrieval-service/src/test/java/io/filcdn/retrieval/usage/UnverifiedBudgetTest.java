package io.filcdn.retrieval.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.Address;
import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.retrieval.address.Prefix;
import io.filcdn.retrieval.usage.UnverifiedBudget.Cause;
import io.filcdn.retrieval.usage.UnverifiedBudget.Supplier;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.NetUtil;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Fills and responses over a budget of 10 MiB a data set, 6 of one provider, 15 a provider. */
class UnverifiedBudgetTest {

  private static final Address PAYER = Address.of("0x" + "aa".repeat(20));
  private static final long MIB = 1 << 20;
  private static final Supplier PROVIDER = supplier(1, "192.0.2.1");
  private static final Supplier OTHER_PROVIDER = supplier(2, "198.51.100.1");

  private final AtomicLong now = new AtomicLong();
  private final UnverifiedBudget budget =
      new UnverifiedBudget(
          new UnverifiedBudget.Limits(10 * MIB, 6 * MIB, 15 * MIB, Duration.ofHours(10)), now::get);
  private final EgressMeter meter =
      new EgressMeter(Quota.UNLIMITED, budget, new Traffic(new SimpleMeterRegistry(), 1));

  private static Supplier supplier(int provider, String host) {
    return new Supplier(
        ProviderId.of("fwss/" + provider),
        Prefix.of(NetUtil.createInetAddressFromIpAddressString(host)).getFirst());
  }

  private static EgressKey key(int dataSet) {
    return new EgressKey(
        DataSetId.of("fwss/" + dataSet),
        CacheOutcome.MISS,
        "2xx",
        "ZZ",
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  private UnverifiedEgress fill(Supplier provider) {
    UnverifiedEgress fill = meter.openFill();
    fill.suppliedBy(provider, 0);
    return fill;
  }

  private ResponseTally response(int dataSet, UnverifiedEgress fill) {
    return meter.open(PAYER, key(dataSet), 0, Optional.of(fill), Optional.empty());
  }

  /** Sends as much of 100 MiB as is allowed; how much that is. */
  private static long sendAll(ResponseTally response) {
    long sent = 0;
    for (long to = response.unverifiedTo(sent, 100 * MIB, sent);
        to > sent;
        to = response.unverifiedTo(sent, 100 * MIB, sent)) {
      response.accepted(to - sent);
      sent = to;
    }
    return sent;
  }

  private long sendAllAndEnd(int dataSet, UnverifiedEgress fill) {
    ResponseTally response = response(dataSet, fill);
    long sent = sendAll(response);
    response.ended();
    return sent;
  }

  @Test
  void aLyingProviderGivesAwayItsShareOfADataSetHoweverManyFillsAndResponses() {
    long sent = 0;
    for (int i = 0; i < 20; i++) {
      UnverifiedEgress fill = fill(PROVIDER);
      sent += sendAllAndEnd(1, fill) + sendAllAndEnd(1, fill);
      fill.failed(Cause.PROVIDER);
    }

    assertThat(sent).isEqualTo(6 * MIB);
    assertThat(budget.lost()).isEqualTo(sent);
    assertThat(sendAllAndEnd(1, fill(OTHER_PROVIDER))).isEqualTo(4 * MIB);
  }

  @Test
  void aLyingProviderGivesAwayItsLimitHoweverManyDataSets() {
    long sent = 0;
    for (int dataSet = 1; dataSet < 50; dataSet++) {
      UnverifiedEgress fill = fill(PROVIDER);
      sent += sendAllAndEnd(dataSet, fill);
      fill.failed(Cause.PROVIDER);
    }

    assertThat(sent).isEqualTo(15 * MIB);
    assertThat(sendAllAndEnd(50, fill(OTHER_PROVIDER))).isEqualTo(6 * MIB);
  }

  @Test
  void clientsThatLeaveUseUpNothingOfAnotherDataSets() {
    for (int i = 0; i < 50; i++) {
      UnverifiedEgress fill = fill(PROVIDER);
      sendAllAndEnd(1, fill);
      fill.failed(Cause.OTHER);
    }

    assertThat(budget.lost()).isEqualTo(6 * MIB);
    assertThat(sendAllAndEnd(2, fill(PROVIDER))).isEqualTo(6 * MIB);
  }

  @Test
  void whatVerifiesIsThereAgain() {
    for (int i = 0; i < 50; i++) {
      UnverifiedEgress fill = fill(PROVIDER);
      ResponseTally response = response(1, fill);
      assertThat(sendAll(response)).isEqualTo(6 * MIB);
      fill.verified();
      response.ended();
    }

    assertThat(budget.lost()).isZero();
  }

  @Test
  void whatWasAllowedAndNotSentIsThereAgain() {
    UnverifiedEgress fill = fill(PROVIDER);
    for (int i = 0; i < 50; i++) {
      ResponseTally response = response(1, fill);
      assertThat(response.unverifiedTo(0, 100 * MIB, 0)).isEqualTo(MIB);
      response.accepted(10);
      response.ended();
    }
    ResponseTally late = response(1, fill);
    late.unverifiedTo(0, 100 * MIB, 0);
    late.accepted(500);
    fill.failed(Cause.PROVIDER);
    late.ended();

    assertThat(budget.lost()).isEqualTo(1_000);
    UnverifiedEgress next = meter.openPassThrough();
    next.suppliedBy(PROVIDER, 0);
    assertThat(response(1, next).unverifiedTo(0, 6 * MIB - 1_000, 0)).isEqualTo(6 * MIB - 1_000);
  }

  @Test
  void whatWasGivenAwayGrowsBack() {
    UnverifiedEgress fill = fill(PROVIDER);
    sendAllAndEnd(1, fill);
    fill.failed(Cause.PROVIDER);

    now.addAndGet(Duration.ofHours(5).toNanos());

    assertThat(sendAllAndEnd(1, fill(PROVIDER))).isEqualTo(3 * MIB);
  }

  @Test
  void eachProviderAnswersForItsOwnBytes() {
    UnverifiedEgress fill = fill(PROVIDER);
    ResponseTally response = response(1, fill);
    fill.suppliedBy(OTHER_PROVIDER, MIB);
    assertThat(sendAll(response)).isEqualTo(7 * MIB);
    response.ended();
    fill.failed(Cause.PROVIDER);

    assertThat(sendAllAndEnd(1, fill(PROVIDER))).isEqualTo(3 * MIB);
    assertThat(sendAllAndEnd(2, fill(OTHER_PROVIDER))).isEqualTo(6 * MIB);
  }

  @Test
  void aResponseThatPassesThroughHoldsAllOrNothing() {
    UnverifiedEgress passing = meter.openPassThrough();
    passing.suppliedBy(PROVIDER, 0);

    ResponseTally tooMuch = response(1, passing);
    assertThat(tooMuch.unverifiedTo(0, 6 * MIB + 1, 0)).isZero();
    assertThat(tooMuch.mustWait()).isTrue();
    assertThat(response(1, passing).unverifiedTo(0, 6 * MIB, 0)).isEqualTo(6 * MIB);
  }

  @Test
  void oneHostHasTheLimitsOfOneProviderByHoweverManyIdsItGoes() {
    long ofOneDataSet = 0;
    long ofAll = 0;
    for (int id = 1; id < 50; id++) {
      UnverifiedEgress fill = fill(supplier(id, "2001:db8::" + id));
      ofOneDataSet += sendAllAndEnd(1, fill);
      fill.failed(Cause.PROVIDER);
    }
    for (int id = 50; id < 99; id++) {
      UnverifiedEgress fill = fill(supplier(id, "2001:db8::" + id));
      ofAll += sendAllAndEnd(id, fill);
      fill.failed(Cause.PROVIDER);
    }

    assertThat(ofOneDataSet).isEqualTo(6 * MIB);
    assertThat(ofOneDataSet + ofAll).isEqualTo(15 * MIB);
  }

  @Test
  void oneProviderHasItsLimitsAtHoweverManyHosts() {
    long sent = 0;
    for (int host = 1; host < 50; host++) {
      UnverifiedEgress fill = fill(supplier(1, "192.0.2." + host));
      sent += sendAllAndEnd(1, fill);
      fill.failed(Cause.PROVIDER);
    }

    assertThat(sent).isEqualTo(6 * MIB);
  }

  @Test
  void honestProvidersAtOneHostGetTheirBytesBack() {
    for (int id = 1; id < 50; id++) {
      UnverifiedEgress fill = fill(supplier(id, "192.0.2.1"));
      assertThat(sendAllAndEnd(id, fill)).isEqualTo(6 * MIB);
      fill.verified();
    }
  }
}
