package io.filcdn.retrieval.cache;

import io.filcdn.retrieval.bytes.PieceBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.tika.Tika;

/** The media type of a piece, told from its first bytes alone: a provider's word counts nothing. */
final class ContentType {

  /** The number of bytes that are looked at. */
  static final int SNIFFED = 4 << 10;

  private static final Tika TIKA = new Tika(MediaTypes.load());

  private ContentType() {}

  /** Reads the types, before a client has to wait for it. */
  static void prepare() {
    TIKA.detect(new byte[0]);
  }

  /** Looks at the first bytes of {@code bytes}; may block on the disk. */
  static String of(PieceBytes bytes) throws IOException {
    ByteBuffer first = ByteBuffer.allocate((int) Math.min(SNIFFED, bytes.readable()));
    while (first.hasRemaining()) {
      bytes.read(first, first.position());
    }
    return of(first.array());
  }

  /** Looks at the first of {@code bytes}. */
  static String of(byte[] bytes) {
    byte[] first = bytes.length > SNIFFED ? Arrays.copyOf(bytes, SNIFFED) : bytes;
    String type = TIKA.detect(first);
    return type.equals("text/plain") && isUtf8(first) ? "text/plain; charset=utf-8" : type;
  }

  private static boolean isUtf8(byte[] bytes) {
    // the last character may be cut
    int end = bytes.length < SNIFFED ? bytes.length : bytes.length - 3;
    for (int cut = end; cut <= bytes.length; cut++) {
      try {
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Arrays.copyOf(bytes, cut)));
        return true;
      } catch (CharacterCodingException e) {
        // one of the next three places may be the end of a character
      }
    }
    return false;
  }
}
