package io.filcdn.wallet;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.filcdn.common.chain.Address;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.web3j.crypto.Hash;

/**
 * The hash of a struct of typed data (EIP-712), made member by member: Keccak-256 of the type's
 * hash and of each member's 32 bytes.
 */
final class StructHash {

  private static final int WORD = 32;
  private static final BigInteger END = BigInteger.ONE.shiftLeft(Byte.SIZE * WORD);

  private final ByteArrayOutputStream members = new ByteArrayOutputStream();

  /**
   * @param type such as {@code Mail(address from,string text)}
   */
  StructHash(String type) {
    members.writeBytes(Hash.sha3(type.getBytes(UTF_8)));
  }

  StructHash address(Address address) {
    return word(HexFormat.of().parseHex(address.hex(), 2, address.hex().length()));
  }

  /**
   * A {@code uint} of any width.
   *
   * @throws IllegalArgumentException where it does not fit into 256 bits
   */
  StructHash number(BigInteger number) {
    return word(wordOf(number));
  }

  StructHash number(long number) {
    return number(BigInteger.valueOf(number));
  }

  StructHash text(String text) {
    return word(Hash.sha3(text.getBytes(UTF_8)));
  }

  /** A {@code bytes32}. */
  StructHash bytes(byte[] bytes) {
    if (bytes.length != WORD) {
      throw new IllegalArgumentException("expected 32 bytes, found " + bytes.length);
    }
    return word(bytes);
  }

  StructHash numbers(List<BigInteger> numbers) {
    ByteArrayOutputStream items = new ByteArrayOutputStream();
    numbers.forEach(number -> items.writeBytes(wordOf(number)));
    return word(Hash.sha3(items.toByteArray()));
  }

  StructHash texts(List<String> texts) {
    ByteArrayOutputStream items = new ByteArrayOutputStream();
    texts.forEach(text -> items.writeBytes(Hash.sha3(text.getBytes(UTF_8))));
    return word(Hash.sha3(items.toByteArray()));
  }

  byte[] hash() {
    return Hash.sha3(members.toByteArray());
  }

  private StructHash word(byte[] bytes) {
    members.writeBytes(leftPadded(bytes));
    return this;
  }

  private static byte[] wordOf(BigInteger number) {
    if (number.signum() < 0 || number.compareTo(END) >= 0) {
      throw new IllegalArgumentException("expected a number of 256 bits, found " + number);
    }
    byte[] bytes = number.toByteArray();
    return leftPadded(Arrays.copyOfRange(bytes, Math.max(0, bytes.length - WORD), bytes.length));
  }

  private static byte[] leftPadded(byte[] bytes) {
    byte[] padded = new byte[WORD];
    System.arraycopy(bytes, 0, padded, WORD - bytes.length, bytes.length);
    return padded;
  }
}
