package io.filcdn.settlement.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.network.Network;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.model.PriceList;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceSourcesTest {

  /** A price per TiB that is no multiple of 2⁴⁰, as seven tokens are none. */
  private static final long SEVEN = 7 * (1L << 40) + 5;

  private static final long EIGHT = 8 * (1L << 40) + 3;

  @Test
  void pricesThatAllAgreeOnAreInForce() {
    PriceSources sources = sources(SEVEN, Optional.of(SEVEN), 7);

    assertThat(sources.difference()).isEmpty();
    assertThat(sources.inForce()).isEqualTo(new PriceList(rates(SEVEN), rates(SEVEN)));
  }

  @Test
  void withoutAListTheNetworkFileCounts() {
    PriceSources sources = sources(SEVEN, Optional.empty(), 7);

    assertThat(sources.difference()).isEmpty();
    assertThat(sources.inForce()).isEqualTo(new PriceList(rates(SEVEN), rates(SEVEN)));
  }

  @ParameterizedTest
  @CsvSource({
    // file, list, per byte: in force
    "7, 8, 7, 8",
    "8, 7, 7, 8",
    "7, 7, 6, 7",
    "8, 8, 7, 8",
    "7, 8, 8, 8",
  })
  void whereTheyDifferTheHighestIsInForceAndItIsTold(
      long file, long list, long perByte, long inForce) {
    PriceSources sources = sources(price(file), Optional.of(price(list)), perByte);

    assertThat(sources.difference()).isPresent();
    assertThat(sources.inForce().now()).isEqualTo(rates(price(inForce)));
  }

  @Test
  void aContractThatChargesMoreThanTheFileHasCountsToo() {
    PriceSources sources = sources(SEVEN, Optional.empty(), 9);

    assertThat(sources.difference())
        .contains(
            "expected %d cdn and %d cache-miss for a TiB, as the network file has it, found that the operator contract charges 9 and 9 for a byte: the highest counts; put the file's rates right"
                .formatted(SEVEN, SEVEN));
    assertThat(sources.inForce().now()).isEqualTo(rates(9 * (1L << 40)));
  }

  @Test
  void thePastCostsWhatTheDearestContractChargedOrTodaysPriceWhereThatIsTheSame() {
    assertThat(sources(SEVEN, Optional.empty(), 7, 7).inForce().past()).isEqualTo(rates(SEVEN));
    assertThat(sources(SEVEN, Optional.empty(), 7, 3, 9, 7).inForce().past())
        .isEqualTo(rates(9 * (1L << 40)));
    assertThat(sources(SEVEN, Optional.empty(), 7, 3).inForce().past())
        .isEqualTo(rates(3 * (1L << 40)));
  }

  private static long price(long whole) {
    return whole == 7 ? SEVEN : EIGHT;
  }

  private static PriceSources sources(
      long file, Optional<Long> list, long perByte, long... perByteBefore) {
    return new PriceSources(
        rates(file),
        list.map(PriceSourcesTest::rates),
        charged(perByte),
        Arrays.stream(perByteBefore).mapToObj(PriceSourcesTest::charged).toList());
  }

  private static Network.Rates rates(long perTib) {
    return new Network.Rates(TokenAmount.of(perTib), TokenAmount.of(perTib));
  }

  private static OperatorContract.Rates charged(long perByte) {
    return new OperatorContract.Rates(BigInteger.valueOf(perByte), BigInteger.valueOf(perByte));
  }
}
