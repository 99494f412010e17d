package io.filcdn.chain.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

class AbiDataTest {

  private static final String ONE = "0".repeat(63) + "1";
  private static final String MAX = "f".repeat(64);

  @Test
  void wordsAreReadWholeAndUnsigned() {
    AbiData data = data(ONE, MAX);

    assertThat(data.number(0)).isEqualTo(BigInteger.ONE);
    assertThat(data.number(32)).isEqualTo(BigInteger.TWO.pow(256).subtract(BigInteger.ONE));
    assertThat(data.flag(0)).isTrue();
    assertThat(data("0".repeat(24) + "ab".repeat(20)).address(0)).isEqualTo("0x" + "ab".repeat(20));
  }

  @Test
  void arraysOfTextsAreReadWhereTheirOffsetsPoint() {
    // offset of the array; length 2; offsets of the texts; "a"; "", each with its length
    AbiData data =
        data(word(32), word(2), word(64), word(128), word(1), "61" + "0".repeat(62), word(0));

    assertThat(data.array(0, AbiData.WORD, AbiData::text)).isEqualTo(List.of("a", ""));
  }

  @Test
  void whatLiesOutsideIsRefused() {
    refused(() -> data(ONE).number(32), "expected at least 64 bytes, found 32");
    refused(() -> data(word(64)).bytes(0), "within 32 bytes, found 64");
    refused(() -> data(MAX).bytes(0), "zeros before a short value");
    refused(() -> data("0".repeat(56) + "ffffffff").bytes(0), "found 4294967295");
    refused(() -> data(word(32), word(33)).bytes(0), "expected 97 bytes, found 64");
    refused(
        () -> data(word(32), word(2), ONE).array(0, AbiData.WORD, AbiData::number),
        "expected 128 bytes");
    refused(() -> data(word(32)).behind(0), "expected at least 64 bytes, found 32");
  }

  @Test
  void aShortTextCannotStandForMuchMemory() {
    // nine texts at one place
    AbiData data = data(word(32), word(9), word(288).repeat(9), word(64), "61".repeat(64));

    refused(
        () -> data.array(0, AbiData.WORD, AbiData::text), "expected values that do not overlap");
  }

  @Test
  void whatIsNotOfItsTypeIsRefused() {
    refused(() -> data(word(2)).flag(0), "expected 0 or 1");
    refused(() -> data("0".repeat(23) + "1" + "ab".repeat(20)).address(0), "expected zeros");
    refused(() -> AbiData.ofHex("1234"), "expected 0x");
    assertThatThrownBy(() -> AbiData.ofHex("0xzz")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> AbiData.ofHex("0x123")).isInstanceOf(IllegalArgumentException.class);
  }

  private static void refused(Runnable read, String message) {
    assertThatThrownBy(read::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private static String word(int value) {
    return "%064x".formatted(value);
  }

  private static AbiData data(String... words) {
    return AbiData.ofHex("0x" + String.join("", words));
  }
}
