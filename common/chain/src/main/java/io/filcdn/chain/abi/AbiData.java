package io.filcdn.chain.abi;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Bytes in the contract ABI's encoding: words of 32 bytes, some of which tell where longer values
 * lie. All that is read is checked to lie within the bytes.
 */
public final class AbiData {

  static final int WORD = 32;

  private static final int ADDRESS_BYTES = 20;
  private static final HexFormat HEX = HexFormat.of();

  private final byte[] bytes;

  /**
   * The number of bytes that may still be read into lists and byte arrays. What contracts write
   * does not overlap; a short text whose offsets all name one place could fill the memory.
   */
  private final int[] left;

  /** The place that offsets count from: the begin of the tuple or array that holds them. */
  private final int base;

  private AbiData(byte[] bytes, int[] left, int base) {
    this.bytes = bytes;
    this.left = left;
    this.base = base;
  }

  /**
   * Reads {@code 0x} and hex digits.
   *
   * @throws IllegalArgumentException where it is anything else
   */
  static AbiData ofHex(String hex) {
    if (!hex.startsWith("0x")) {
      throw new IllegalArgumentException("expected 0x and hex digits");
    }
    byte[] bytes = HEX.parseHex(hex, 2, hex.length());
    return new AbiData(bytes, new int[] {bytes.length}, 0);
  }

  /** True where the words up to {@code size} bytes are there. */
  boolean holds(int size) {
    return size <= bytes.length - base;
  }

  BigInteger number(int at) {
    return new BigInteger(1, bytes, word(at), WORD);
  }

  boolean flag(int at) {
    return switch (length(at)) {
      case 0 -> false;
      case 1 -> true;
      default -> throw new IllegalArgumentException("expected 0 or 1 for a bool");
    };
  }

  /** The first bytes of a word. */
  byte[] fixed(int at, int length) {
    int from = word(at);
    return Arrays.copyOfRange(bytes, from, from + length);
  }

  /** An address, as {@code 0x} and hex digits. */
  String address(int at) {
    int from = word(at);
    requireZero(from, WORD - ADDRESS_BYTES);
    return "0x" + HEX.formatHex(bytes, from + WORD - ADDRESS_BYTES, from + WORD);
  }

  /** The bytes that the word at {@code at} tells the place of. */
  byte[] bytes(int at) {
    AbiData there = behind(at);
    int from = there.base + WORD;
    int end = there.end(there.length(0));
    take(end - from);
    return Arrays.copyOfRange(bytes, from, end);
  }

  private void take(int count) {
    left[0] -= count;
    if (left[0] < 0) {
      throw new IllegalArgumentException("expected values that do not overlap");
    }
  }

  String text(int at) {
    return new String(bytes(at), StandardCharsets.UTF_8);
  }

  /** The tuple that the word at {@code at} tells the place of. */
  AbiData behind(int at) {
    AbiData there = new AbiData(bytes, left, base + length(at));
    there.word(0);
    return there;
  }

  /** A reader of one element, of which {@code at} is the word. */
  @FunctionalInterface
  interface Element<T> {
    T of(AbiData elements, int at);
  }

  /**
   * The array that the word at {@code at} tells the place of.
   *
   * @param size how many bytes an element, or the word that tells its place, takes
   */
  <T> List<T> array(int at, int size, Element<T> element) {
    AbiData there = behind(at);
    int length = there.length(0);
    // a length beyond the data is told before it costs memory
    int end = there.end(Math.multiplyExact(length, size));
    AbiData elements = new AbiData(bytes, left, there.base + WORD);
    take(end - elements.base);
    List<T> values = new ArrayList<>(length);
    for (int i = 0; i < length; i++) {
      values.add(element.of(elements, i * size));
    }
    return values;
  }

  /** An offset or a length: what does not fit the data is refused. */
  private int length(int at) {
    int from = word(at);
    requireZero(from, WORD - Integer.BYTES);
    int value = 0;
    for (int i = from + WORD - Integer.BYTES; i < from + WORD; i++) {
      value = value << Byte.SIZE | bytes[i] & 0xff;
    }
    if (value < 0 || value > bytes.length) {
      throw new IllegalArgumentException(
          "expected an offset or length within %d bytes, found %d"
              .formatted(bytes.length, Integer.toUnsignedLong(value)));
    }
    return value;
  }

  /** The end of so many bytes behind the word at the base. */
  private int end(int length) {
    int end = Math.addExact(base + WORD, length);
    if (end > bytes.length) {
      throw new IllegalArgumentException(
          "expected %d bytes, found %d".formatted(end, bytes.length));
    }
    return end;
  }

  /** The index of a word's first byte. */
  private int word(int at) {
    int from = Math.addExact(base, at);
    if (from > bytes.length - WORD) {
      throw new IllegalArgumentException(
          "expected at least %d bytes, found %d".formatted((long) from + WORD, bytes.length));
    }
    return from;
  }

  private void requireZero(int from, int count) {
    for (int i = from; i < from + count; i++) {
      if (bytes[i] != 0) {
        throw new IllegalArgumentException("expected zeros before a short value");
      }
    }
  }
}
