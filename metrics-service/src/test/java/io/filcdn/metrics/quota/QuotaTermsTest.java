package io.filcdn.metrics.quota;

import static io.filcdn.metrics.Samples.topUps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.Samples;
import io.filcdn.metrics.odometer.Odometer.Totals;
import java.math.BigInteger;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotaTermsTest {

  private static final TokenAmount SEVEN = TokenAmount.of("7000000000000000000");
  private static final QuotaTerms TERMS =
      new QuotaTerms(SEVEN, SEVEN, TokenAmount.of("1000000000000000000"), ByteCount.ZERO);

  /** Floors of amount × 2⁴⁰ / (7 × 10¹⁸), worked out apart from this code. */
  @ParameterizedTest
  @CsvSource({
    "7000000000000000000, 1099511627776",
    "700000000000000000, 109951162777",
    "300000000000000000, 47121926904",
    "6366462, 0",
    "6366463, 1",
    "12732925, 1",
    "12732926, 2",
    "0, 0",
    "115792089237316195423570985008687907853269984665640564039457584007913129639935,"
        + " 18187821217272197198825407932226590723673824943445859380679825440664118",
  })
  void aTopUpGrantsTheBytesItPaysForRoundedDown(String paid, String bytes) {
    Quota quota = TERMS.quota(topUps(paid, "0"), Totals.NONE);

    assertThat(quota.cdn().granted()).hasToString(bytes);
    assertThat(quota.cdn().remaining()).isEqualTo(quota.cdn().granted());
    assertThat(quota.cacheMiss().granted()).isEqualTo(ByteAllowance.NONE);
  }

  @Test
  void whatWasUsedIsGoneAndNeverBelowNothing() {
    TopUps paid = topUps("7000000000000000000", "7000000000000000000");
    Totals used = new Totals(ByteCount.of((1L << 40) - 5), ByteCount.of((1L << 40) + 5), 2, 1);

    Quota quota = TERMS.quota(paid, used);

    assertThat(quota.cdn().remaining()).hasToString("5");
    assertThat(quota.cacheMiss().granted()).hasToString("1099511627776");
    assertThat(quota.cacheMiss().remaining()).hasToString("0");
  }

  @Test
  void topUpsThatAReorgCanTakeBackCountUpToTheLimit() {
    TopUps paid =
        new TopUps(
            TokenAmount.of("6000000000000000000"),
            TokenAmount.of("5000000000000000000"),
            TokenAmount.ZERO,
            TokenAmount.of("700000000000000000"));

    Quota quota = TERMS.quota(paid, Totals.NONE);

    assertThat(quota.cdn().granted()).hasToString("1099511627776");
    assertThat(quota.cacheMiss().granted()).hasToString("109951162777");
  }

  @Test
  void eachRailHasItsRate() {
    QuotaTerms terms =
        new QuotaTerms(
            TokenAmount.of(1L << 40), TokenAmount.of(1L << 39), TokenAmount.ZERO, ByteCount.ZERO);

    Quota quota = terms.quota(topUps("3", "3"), Totals.NONE);

    assertThat(quota.cdn().granted().bytes()).isEqualTo(BigInteger.valueOf(3));
    assertThat(quota.cacheMiss().granted().bytes()).isEqualTo(BigInteger.valueOf(6));
  }

  @Test
  void aRateOfNothingIsRefused() {
    assertThatThrownBy(() -> new QuotaTerms(TokenAmount.ZERO, SEVEN, SEVEN, ByteCount.ZERO))
        .hasMessage("expected a rate per TiB above 0, found 0");
    assertThatThrownBy(() -> new QuotaTerms(SEVEN, TokenAmount.ZERO, SEVEN, ByteCount.ZERO))
        .hasMessage("expected a rate per TiB above 0, found 0");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "9223372036854775807, 9223372036854775807",
    "9223372036854775808, 9223372036854775807",
  })
  void anAllowanceAsANumberOf64BitsIsTheLargestWhereItIsMore(BigInteger bytes, long clamped) {
    assertThat(new ByteAllowance(bytes).clamped()).isEqualTo(clamped);
  }

  @Test
  void aDataSetThatCannotPayHasItsAllowance() {
    QuotaTerms terms = new QuotaTerms(SEVEN, SEVEN, TokenAmount.ZERO, ByteCount.of(1000));
    DataSetRecord fwss = Samples.indexed(7, 1);
    DataSetRecord pandora =
        new DataSetRecord(
            DataSetId.of("pandora/7"),
            fwss.payer(),
            fwss.provider(),
            fwss.payee(),
            true,
            false,
            fwss.pdpRail(),
            Optional.empty(),
            Optional.empty(),
            TopUps.NONE,
            fwss.reported(),
            Optional.empty(),
            fwss.settled(),
            fwss.asOf());

    Quota quota = terms.quota(pandora, new Totals(ByteCount.of(400), ByteCount.ZERO, 1, 0));

    assertThat(quota.cdn().remaining()).hasToString("600");
    assertThat(quota.cacheMiss().remaining()).hasToString("1000");
  }
}
