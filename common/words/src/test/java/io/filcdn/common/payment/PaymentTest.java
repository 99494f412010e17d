package io.filcdn.common.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaymentTest {

  @Test
  void idsOfDifferentGenerationsDiffer() {
    assertThat(DataSetId.of("fwss/12"))
        .isEqualTo(new DataSetId(Generation.FWSS, 12))
        .isNotEqualTo(DataSetId.of("pandora/12"))
        .hasToString("fwss/12");
    assertThat(ProviderId.of("fwss/3")).isEqualTo(ProviderId.fwss(3));
  }

  @Test
  void aBareNumberMeansTheCurrentGeneration() {
    assertThat(DataSetId.of("12", Generation.FWSS)).hasToString("fwss/12");
    assertThat(DataSetId.of("pandora/12", Generation.FWSS)).hasToString("pandora/12");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "fwss/",
        "fwss/01",
        "fwss/-1",
        "fwss/+1",
        "fwss/1 ",
        "FWSS/1",
        "other/1",
        "fwss/1/2",
        "fwss/9223372036854775808",
        "fwss/١"
      })
  void textThatIsNoDataSetIdIsRefused(String text) {
    assertThatThrownBy(() -> DataSetId.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("expected");
  }

  @Test
  void amountsAreExactBeyondLongAndNeverNegative() {
    TokenAmount huge =
        TokenAmount.of(
            "115792089237316195423570985008687907853269984665640564039457584007913129639935");

    assertThat(huge.units()).isEqualTo(BigInteger.TWO.pow(256).subtract(BigInteger.ONE));
    assertThat(huge.minus(TokenAmount.of(1)).plus(TokenAmount.of(1))).isEqualTo(huge);
    assertThatThrownBy(() -> huge.plus(TokenAmount.of(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TokenAmount.of(1).minus(TokenAmount.of(2)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
