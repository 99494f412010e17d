package io.filcdn.testing.provider;

import java.net.URI;

/** A way for a provider to fail a fetch on purpose, so that tests see what an edge makes of it. */
public sealed interface Fault {

  /** The byte at {@code offset} of the piece is another one. */
  record WrongByte(long offset) implements Fault {}

  /** The connection is cut before the byte at {@code offset} of the piece. */
  record DiesAt(long offset) implements Fault {}

  /**
   * A stall: nothing more is sent from the byte at {@code offset} of the piece on, until it is
   * mended.
   */
  record StallsAt(long offset) implements Fault {}

  /** A slow answer: so many bytes are sent in a second, until it is mended. */
  record Trickles(int bytesPerSecond) implements Fault {

    private static final int DROPS_PER_SECOND = 10;

    public Trickles {
      if (bytesPerSecond < 10) {
        throw new IllegalArgumentException(
            "expected at least 10 bytes a second, found " + bytesPerSecond);
      }
    }

    /** The bytes that are sent at once: a tenth of a second's, and at most so many. */
    int drop(int most) {
      return Math.min(most, bytesPerSecond / DROPS_PER_SECOND);
    }
  }

  /** An answer other than the piece: this HTTP status, with a short text. */
  record Answers(int status) implements Fault {}

  /** A redirect (302) to this URL instead of the piece. */
  record Redirects(URI to) implements Fault {}
}
