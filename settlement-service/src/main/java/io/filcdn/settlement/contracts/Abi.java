package io.filcdn.settlement.contracts;

import io.filcdn.common.chain.Address;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.IntStream;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.DynamicArray;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.generated.Uint256;

/** How the few shapes of arguments and results look that our calls have. */
final class Abi {

  private static final int WORD_DIGITS = 64;
  private static final int ADDRESS_DIGITS = 40;

  private Abi() {}

  /** Selector and arguments. */
  static String call(String function, Type<?>... arguments) {
    return FunctionEncoder.encode(new Function(function, List.of(arguments), List.of()));
  }

  static Uint256 number(long value) {
    return new Uint256(value);
  }

  static DynamicArray<Uint256> numbers(List<Long> values) {
    return new DynamicArray<>(Uint256.class, values.stream().map(Uint256::new).toList());
  }

  /**
   * The 32-byte words of what a function returned.
   *
   * @throws NodeException where there are fewer than {@code atLeast}: no such contract lives there
   */
  static List<String> words(String data, int atLeast) {
    int words = (data.length() - 2) / WORD_DIGITS;
    if (!hasWords(data, atLeast)) {
      throw new NodeException(
          "expected %d words of 32 bytes from the contract, found \"%s\""
              .formatted(atLeast, data.length() > 200 ? data.substring(0, 200) : data));
    }
    return IntStream.range(0, words)
        .mapToObj(i -> data.substring(2 + i * WORD_DIGITS, 2 + (i + 1) * WORD_DIGITS))
        .toList();
  }

  /** Whether there are that many words; an address without a contract returns none. */
  static boolean hasWords(String data, int atLeast) {
    return (data.length() - 2) / WORD_DIGITS >= atLeast;
  }

  static BigInteger unsigned(String word) {
    return new BigInteger(word, 16);
  }

  /** A number that is a long wherever it is right; larger ones become the largest long. */
  static long capped(String word) {
    return unsigned(word).min(BigInteger.valueOf(Long.MAX_VALUE)).longValue();
  }

  static Address address(String word) {
    return Address.of("0x" + word.substring(WORD_DIGITS - ADDRESS_DIGITS));
  }
}
