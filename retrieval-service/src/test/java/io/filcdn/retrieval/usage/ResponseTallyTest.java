package io.filcdn.retrieval.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.Address;
import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a response of 10 MiB reserves, while its client takes it. */
class ResponseTallyTest {

  private static final long MIB = 1 << 20;
  private static final long LENGTH = 10 * MIB;

  /** A quota of one data set, of which the first slice was reserved. */
  private static final class OneQuota implements Quota {
    private long left;

    OneQuota(long left) {
      this.left = left - SLICE;
    }

    @Override
    public Outcome reserve(QuotaName name, long bytes) {
      if (bytes > left) {
        return Outcome.CONTENDED;
      }
      left -= bytes;
      return Outcome.RESERVED;
    }

    @Override
    public void giveBack(QuotaName name, long bytes) {
      left += bytes;
    }

    @Override
    public long remaining(QuotaName name) {
      return left;
    }
  }

  private static ResponseTally response(Quota quota, Optional<String> bot) {
    UnverifiedBudget budget =
        new UnverifiedBudget(new UnverifiedBudget.Limits(0, 0, 0, Duration.ofHours(1)), () -> 0);
    return new EgressMeter(quota, budget, new Traffic(new SimpleMeterRegistry(), 1))
        .open(
            Address.of("0x" + "aa".repeat(20)),
            new EgressKey(
                DataSetId.of("fwss/1"),
                CacheOutcome.HIT,
                "2xx",
                "ZZ",
                bot,
                Optional.empty(),
                List.of()),
            LENGTH,
            Optional.empty(),
            Optional.empty());
  }

  @Test
  void aResponseReservesAheadOfWhatItWritesAndNoFurther() {
    OneQuota quota = new OneQuota(100 * MIB);
    ResponseTally response = response(quota, Optional.empty());

    assertThat(response.paid(0, () -> {})).isEqualTo(MIB);
    assertThat(response.paid(MIB / 2 - 1, () -> {})).isEqualTo(MIB);
    assertThat(response.paid(MIB / 2, () -> {})).isEqualTo(2 * MIB);
    for (long written = MIB; written <= LENGTH; written += 64 << 10) {
      assertThat(response.paid(written, () -> {})).isBetween(written, written + 3 * MIB / 2);
    }
    assertThat(response.paid(LENGTH, () -> {})).isEqualTo(LENGTH);
    response.accepted(LENGTH);
    response.ended();
    assertThat(quota.left).isEqualTo(90 * MIB);
  }

  @Test
  void whatIsNotTakenIsGivenBack() {
    OneQuota quota = new OneQuota(100 * MIB);
    ResponseTally response = response(quota, Optional.empty());
    response.paid(MIB, () -> {});
    response.accepted(700);

    response.ended();

    assertThat(quota.left).isEqualTo(100 * MIB - 700);
  }

  @Test
  void whatIsAcceptedAfterTheEndIsNotCountedAsItIsNotReservedAnyMore() {
    OneQuota quota = new OneQuota(100 * MIB);
    ResponseTally response = response(quota, Optional.empty());
    response.accepted(700);
    response.ended();

    response.accepted(49_152);

    assertThat(response.acceptedBytes()).isEqualTo(700);
    assertThat(quota.left).isEqualTo(100 * MIB - 700);
  }

  @Test
  void nothingIsWrittenThatIsNotPaidFor() {
    OneQuota quota = new OneQuota(3 * MIB + 5);
    ResponseTally response = response(quota, Optional.empty());
    for (long written = 0; written < 3 * MIB; written += 64 << 10) {
      assertThat(response.paid(written, () -> {})).isBetween(written + 1, 3 * MIB);
    }

    assertThat(response.paid(3 * MIB, () -> {})).isEqualTo(3 * MIB);

    quota.left += MIB;
    assertThat(response.paid(3 * MIB, () -> {})).isEqualTo(4 * MIB);
  }

  @Test
  void whatComesLateIsToldAndAskedForOnce() {
    OneQuota quota = new OneQuota(3 * MIB);
    List<Runnable> answers = new ArrayList<>();
    ResponseTally response = response(slow(quota, answers), Optional.empty());
    AtomicInteger told = new AtomicInteger();

    assertThat(response.paid(MIB, told::incrementAndGet)).isEqualTo(MIB);
    assertThat(response.paid(MIB, told::incrementAndGet)).isEqualTo(MIB);
    assertThat(answers).hasSize(1);
    answers.removeFirst().run();

    assertThat(told).hasValue(1);
    assertThat(response.paid(MIB, told::incrementAndGet)).isEqualTo(2 * MIB);
  }

  @Test
  void whatComesAfterTheEndIsNotReserved() {
    OneQuota quota = new OneQuota(3 * MIB);
    List<Runnable> answers = new ArrayList<>();
    ResponseTally response = response(slow(quota, answers), Optional.empty());
    response.paid(MIB, () -> {});
    response.ended();

    answers.removeFirst().run();

    assertThat(quota.left).isEqualTo(3 * MIB);
  }

  /** A quota that answers when told to. */
  private static Quota slow(OneQuota quota, List<Runnable> answers) {
    return new Quota() {
      @Override
      public Outcome reserve(QuotaName name, long bytes) {
        return quota.reserve(name, bytes);
      }

      @Override
      public void prepare(List<Need> needs, Consumer<Hold> then) {
        answers.add(() -> quota.prepare(needs, then));
      }

      @Override
      public void giveBack(QuotaName name, long bytes) {
        quota.giveBack(name, bytes);
      }

      @Override
      public long remaining(QuotaName name) {
        return quota.remaining(name);
      }
    };
  }

  @Test
  void aBotIsPaidForByNobody() {
    OneQuota quota = new OneQuota(MIB);

    assertThat(response(quota, Optional.of("crawler")).paid(0, () -> {})).isEqualTo(LENGTH);
    assertThat(quota.left).isZero();
  }
}
