package io.filcdn.stack.provider;

import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Which pieces a provider fails at the moment, and those who wait in a stall. */
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

  /** Waits until {@code stall} is no longer what is wrong with {@code piece}. */
  synchronized void waitOut(PieceCid piece, Fault.StallsAt stall) throws IOException {
    try {
      while (!closed && stall.equals(byPiece.get(piece))) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted in a stall", e);
    }
  }
}
