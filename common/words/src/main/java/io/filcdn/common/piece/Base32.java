package io.filcdn.common.piece;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Lower-case base32 without padding, as multibase {@code b} has it (RFC 4648). Decoding is strict:
 * one text for one byte string, so that two spellings can never name one piece.
 */
final class Base32 {

  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
  private static final byte[] VALUES = new byte[128];

  static {
    Arrays.fill(VALUES, (byte) -1);
    for (int i = 0; i < ALPHABET.length(); i++) {
      VALUES[ALPHABET.charAt(i)] = (byte) i;
    }
  }

  private Base32() {}

  /** The text of {@code bytes}, with the multibase's {@code b} before it. */
  static String encode(byte[] bytes) {
    byte[] text = new byte[1 + (bytes.length * 8 + 4) / 5];
    text[0] = 'b';
    int at = 1;
    int bits = 0;
    int held = 0;
    for (byte b : bytes) {
      held = held << 8 | b & 0xff;
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        text[at++] = (byte) ALPHABET.charAt(held >>> bits & 31);
      }
    }
    if (bits > 0) {
      text[at] = (byte) ALPHABET.charAt(held << 5 - bits & 31);
    }
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  /**
   * Decodes {@code text} from {@code start} on.
   *
   * @throws IllegalArgumentException where a character is outside the alphabet, the length is one
   *     that no byte string has, or bits are left over that are not zero
   */
  static byte[] decode(String text, int start) {
    int chars = text.length() - start;
    int spareBits = chars * 5 % 8;
    if (spareBits >= 5) {
      throw new IllegalArgumentException("expected a base32 text, found a length of none");
    }
    byte[] bytes = new byte[chars * 5 / 8];
    int bits = 0;
    int held = 0;
    int at = 0;
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      int value = c < 128 ? VALUES[c] : -1;
      if (value < 0) {
        throw new IllegalArgumentException(
            "expected lower-case base32 (a-z, 2-7), found a character outside it at " + i);
      }
      held = held << 5 | value;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        bytes[at++] = (byte) (held >>> bits);
      }
    }
    if ((held & (1 << spareBits) - 1) != 0) {
      throw new IllegalArgumentException("expected zero bits at the end of the base32 text");
    }
    return bytes;
  }
}
