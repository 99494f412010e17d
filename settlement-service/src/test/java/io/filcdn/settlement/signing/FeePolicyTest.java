package io.filcdn.settlement.signing;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.contracts.GasMarket;
import io.filcdn.settlement.model.Fees;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FeePolicyTest {

  private static final FeePolicy POLICY =
      new FeePolicy(
          new FeeConfig() {
            @Override
            public TokenAmount maxFeePerGas() {
              return TokenAmount.of(1000);
            }

            @Override
            public TokenAmount maxPriorityFeePerGas() {
              return TokenAmount.of(400);
            }
          });

  @Test
  void theFirstOfferSufficesWhereTheBaseFeeDoubles() {
    assertThat(POLICY.first(market(100, 30))).isEqualTo(pays(230, 30));
  }

  @Test
  void capsCutTheFirstOfferAndStopItWhereTheBaseFeeIsHigher() {
    assertThat(POLICY.first(market(600, 500))).isEqualTo(pays(1000, 400));
    assertThat(POLICY.first(market(1000, 5))).isEqualTo(pays(1000, 5));
    assertThat(POLICY.first(market(1001, 5))).isInstanceOf(FeePolicy.Offer.AboveCap.class);
  }

  @Test
  void aReplacementOffersAQuarterMoreAndOneOfBoth() {
    assertThat(POLICY.replacement(fees(230, 30), market(100, 30))).isEqualTo(pays(289, 39));
    assertThat(POLICY.replacement(fees(8, 4), market(1, 1))).isEqualTo(pays(11, 6));
  }

  @Test
  void aReplacementFollowsTheMarketWhereThatRoseMore() {
    assertThat(POLICY.replacement(fees(230, 30), market(300, 90))).isEqualTo(pays(690, 90));
  }

  @Test
  void replacementsEndAtTheCaps() {
    assertThat(POLICY.replacement(fees(799, 30), market(100, 30))).isEqualTo(pays(1000, 39));
    assertThat(POLICY.replacement(fees(800, 30), market(100, 30)))
        .isInstanceOf(FeePolicy.Offer.AboveCap.class);
    assertThat(POLICY.replacement(fees(400, 319), market(100, 30))).isEqualTo(pays(600, 400));
    assertThat(POLICY.replacement(fees(400, 320), market(100, 30)))
        .isInstanceOf(FeePolicy.Offer.AboveCap.class);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyReplacementIsTakenByAFilecoinNodeAndStaysWithinTheCaps(long seed) {
    Random random = new Random(seed);
    long priority = random.nextLong(400);
    Fees before = fees(priority + random.nextLong(1000 - priority), priority);
    GasMarket market = market(random.nextLong(900), random.nextLong(500));

    switch (POLICY.replacement(before, market)) {
      case FeePolicy.Offer.Pays(Fees after) -> {
        assertThat(4 * after.maxFeePerGas().units().longValue())
            .isGreaterThanOrEqualTo(5 * before.maxFeePerGas().units().longValue() + 4);
        assertThat(4 * after.maxPriorityFeePerGas().units().longValue())
            .isGreaterThanOrEqualTo(5 * before.maxPriorityFeePerGas().units().longValue() + 4);
        assertThat(after.maxFeePerGas()).isLessThanOrEqualTo(TokenAmount.of(1000));
        assertThat(after.maxPriorityFeePerGas()).isLessThanOrEqualTo(TokenAmount.of(400));
      }
      case FeePolicy.Offer.AboveCap(String message) -> assertThat(message).contains("raise them");
    }
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 200);
  }

  private static GasMarket market(long baseFee, long priorityFee) {
    return new GasMarket(TokenAmount.of(baseFee), TokenAmount.of(priorityFee));
  }

  private static Fees fees(long fee, long priority) {
    return new Fees(TokenAmount.of(fee), TokenAmount.of(priority));
  }

  private static FeePolicy.Offer pays(long fee, long priority) {
    return new FeePolicy.Offer.Pays(fees(fee, priority));
  }
}
