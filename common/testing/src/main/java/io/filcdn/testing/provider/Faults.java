package io.filcdn.testing.provider;

import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The pieces that a provider fails at the moment, and those who wait in a stall. */
final class Faults {

  private final Map<PieceCid, Fault> byPiece = new HashMap<>();
  private boolean closed;

  synchronized void set(PieceCid piece, Fault fault) {
    byPiece.put(piece, fault);
    notifyAll();
  }

  synchronized void clear(PieceCid piece) {
    byPiece.remove(piece);
    notifyAll();
  }

  /** Ends every stall for good. */
  synchronized void clearAll() {
    byPiece.clear();
    closed = true;
    notifyAll();
  }

  synchronized Optional<Fault> of(PieceCid piece) {
    return Optional.ofNullable(byPiece.get(piece));
  }

  /**
   * Waits until something else than {@code fault}, or nothing, is wrong with {@code piece}.
   *
   * @return whether that came about in so many milliseconds
   */
  synchronized boolean waitOut(PieceCid piece, Fault fault, long millis) throws IOException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    try {
      while (!closed && fault.equals(byPiece.get(piece))) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          return false;
        }
        wait(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a fault lasts", e);
    }
  }
}
