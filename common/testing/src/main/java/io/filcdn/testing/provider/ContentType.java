package io.filcdn.testing.provider;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kind of content that a file begins like, for its {@code Content-Type}. */
final class ContentType {

  private static final int SNIFFED = 512;

  private ContentType() {}

  static String of(Path file) throws IOException {
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(SNIFFED);
    }
    String known =
        URLConnection.guessContentTypeFromStream(
            new BufferedInputStream(new ByteArrayInputStream(head)));
    if (known != null) {
      return known;
    }
    return isText(head) ? "text/plain; charset=utf-8" : "application/octet-stream";
  }

  /** True where these are UTF-8 characters without control codes; the last one may be cut off. */
  private static boolean isText(byte[] head) {
    for (byte b : head) {
      if (b >= 0 && b < 0x20 && b != '\n' && b != '\r' && b != '\t' && b != '\f' && b != 0x1b) {
        return false;
      }
    }
    for (int cut = 0; cut <= Math.min(3, head.length); cut++) {
      try {
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(head, 0, head.length - cut));
        return true;
      } catch (CharacterCodingException e) {
        if (head.length < SNIFFED) {
          return false;
        }
      }
    }
    return false;
  }
}
