package io.filcdn.common.credit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CreditWordsTest {

  private static final String MOST = "9".repeat(36);

  @Test
  void amountsAreExactBeyondALong() {
    CreditAmount large = CreditAmount.of("9223372036854775808");

    assertThat(large.plus(CreditAmount.of(1)).minus(large)).isEqualTo(CreditAmount.of(1));
    assertThat(large.min(CreditAmount.ZERO).isZero()).isTrue();
    assertThat(CreditAmount.of(MOST)).hasToString(MOST);
  }

  @Test
  void amountsNeverLeaveTheirBounds() {
    assertThatThrownBy(() -> CreditAmount.ZERO.minus(CreditAmount.of(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("below 0");
    assertThatThrownBy(() -> CreditAmount.of(MOST).plus(CreditAmount.of(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "+1", "1.0", "1e3", " 1", "0x1", "１"})
  void whatIsNoAmountIsRefused(String text) {
    assertThatThrownBy(() -> CreditAmount.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("expected an amount");
  }

  @Test
  void anAddressIsOneAccountInAnyLetterCase() {
    String address = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";

    assertThat(CreditAccount.of("0X" + address.substring(2).toUpperCase(Locale.ROOT)))
        .isEqualTo(CreditAccount.of(address));
    assertThat(CreditAccount.of("Customer")).isNotEqualTo(CreditAccount.of("customer"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a/b", "-a", "0x12", "0xzz", "ä", "a\n"})
  void whatIsNoAccountIsRefused(String text) {
    assertThatThrownBy(() -> CreditAccount.of(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void wordsAreReadAsTheyAreWritten() {
    assertThat(Stream.of(CreditKind.values()).map(kind -> CreditKind.of(kind.toString())))
        .containsExactly(CreditKind.values());
    assertThat(Stream.of(CreditPot.values()).map(pot -> CreditPot.of(pot.toString())))
        .containsExactly(CreditPot.values());
    assertThat(Stream.of(CreditCause.values()).map(cause -> CreditCause.of(cause.toString())))
        .containsExactly(CreditCause.values());
  }
}
