package io.filcdn.settlement.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.network.Network;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import java.math.BigInteger;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PriceListTest {

  private static final String SEVEN = "7000000000000000000";

  @ParameterizedTest
  @CsvSource({
    // what FWSS locks up at creation
    "700000000000000000, 7000000000000000000, 109951162777",
    "300000000000000000, 7000000000000000000, 47121926904",
    "0, 7000000000000000000, 0",
    // a unit of the token is far less than a byte, and the first byte takes 6366463 of them
    "6366462, 7000000000000000000, 0",
    "6366463, 7000000000000000000, 1",
    "7000000000000000000, 7000000000000000000, 1099511627776",
    "1, 1, 1099511627776",
    // no sum wraps: more than a long holds is the largest long
    "115792089237316195423570985008687907853269984665640564039457584007913129639935, 1, 9223372036854775807",
  })
  void grantsPayForSoManyBytes(String granted, String perTib, long bytes) {
    assertThat(prices(perTib, perTib).bytes(grants(granted), Usage.NONE)).isEqualTo(usage(bytes));
  }

  @ParameterizedTest
  @CsvSource({
    // half of 0.7 was spent at 7: the other half pays for as much, half as much, twice as much
    "7000000000000000000, 54975581388, 109951162777",
    "14000000000000000000, 54975581388, 82463372082",
    "3500000000000000000, 54975581388, 164926744167",
    // all was spent, or more
    "14000000000000000000, 109951162777, 109951162777",
    "3500000000000000000, 200000000000, 200000000000",
  })
  void bytesThatPastContractsWereToldCostTheirPrice(String now, long told, long bytes) {
    assertThat(prices(now, SEVEN).bytes(grants("700000000000000000"), usage(told)))
        .isEqualTo(usage(bytes));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void noByteIsAllowedThatIsNotPaidForAndNonePaidForIsRefused(long seed) {
    Random random = new Random(seed);
    BigInteger granted = new BigInteger(1 + random.nextInt(70), random);
    BigInteger now = new BigInteger(60, random).add(BigInteger.ONE);
    BigInteger past = new BigInteger(60, random).add(BigInteger.ONE);
    BigInteger told = granted.shiftLeft(40).divide(past).min(BigInteger.valueOf(1L << 50));

    BigInteger allowed =
        BigInteger.valueOf(
            prices(now.toString(), past.toString())
                .bytes(grants(granted.toString()), usage(told.longValueExact()))
                .cdnBytes()
                .bytes());

    BigInteger left = granted.shiftLeft(40).subtract(told.multiply(past));
    assertThat(allowed.subtract(told).multiply(now)).isLessThanOrEqualTo(left);
    if (allowed.bitLength() < 63) {
      assertThat(allowed.subtract(told).add(BigInteger.ONE).multiply(now)).isGreaterThan(left);
    }
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 200);
  }

  @Test
  void theKindsOfBytesHaveTheirOwnGrantsAndPrices() {
    PriceList prices =
        new PriceList(
            new Network.Rates(TokenAmount.of(1L << 40), TokenAmount.of(1L << 41)),
            new Network.Rates(TokenAmount.of(1L << 42), TokenAmount.of(1L << 40)));

    assertThat(
            prices.bytes(
                new Grants(TokenAmount.of(100), TokenAmount.of(100)),
                new Usage(ByteCount.of(10), ByteCount.of(10))))
        .isEqualTo(new Usage(ByteCount.of(70), ByteCount.of(55)));
  }

  private static PriceList prices(String now, String past) {
    return new PriceList(
        new Network.Rates(TokenAmount.of(now), TokenAmount.of(now)),
        new Network.Rates(TokenAmount.of(past), TokenAmount.of(past)));
  }

  private static Grants grants(String units) {
    return new Grants(TokenAmount.of(units), TokenAmount.of(units));
  }

  private static Usage usage(long bytes) {
    return new Usage(ByteCount.of(bytes), ByteCount.of(bytes));
  }
}
