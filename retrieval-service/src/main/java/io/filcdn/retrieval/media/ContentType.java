package io.filcdn.retrieval.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.filcdn.retrieval.bytes.PieceBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The media type of a piece, told from its first bytes alone: a provider's word counts nothing. The
 * names are IANA's, and where browsers know a kind by another one, that of the WHATWG MIME Sniffing
 * standard. What it is that runs in a browser (HTML, SVG, XHTML) only the bytes tell.
 */
public final class ContentType {

  /** The number of bytes that are looked at. */
  public static final int SNIFFED = 4 << 10;

  /** The type of bytes that say nothing: browsers save them. */
  public static final String UNKNOWN = "application/octet-stream";

  private static final String EMPTY = "text/plain; charset=utf-8";

  private ContentType() {}

  /** Loads what looks at markup and JSON, before a client has to wait for it. */
  public static void prepare() {
    Markup.typeOf("<a/>", false);
    Json.typeOf("{}", false);
  }

  /**
   * The type of a piece that is about to be sent.
   *
   * @param known what its first bytes told; null where they are not here
   * @param size of the piece, in bytes: an empty one is the text that it is for browsers
   */
  public static String orUnknown(@Nullable String known, long size) {
    if (known != null) {
      return known;
    }
    return size == 0 ? EMPTY : UNKNOWN;
  }

  /** Looks at the first bytes of {@code bytes}; may block on the disk. */
  public static String of(PieceBytes bytes) throws IOException {
    ByteBuffer first = ByteBuffer.allocate((int) Math.min(SNIFFED, bytes.readable()));
    while (first.hasRemaining()) {
      bytes.read(first, first.position());
    }
    return of(first.array());
  }

  /** Looks at the first of {@code bytes}. */
  public static String of(byte[] bytes) {
    byte[] first = bytes.length > SNIFFED ? Arrays.copyOf(bytes, SNIFFED) : bytes;
    String head = new String(first, ISO_8859_1);
    return Signature.typeOf(head)
        .or(() -> Container.typeOf(head))
        .or(() -> Text.typeOf(first))
        .orElse(UNKNOWN);
  }
}
