package io.filcdn.retrieval.delivery;

import io.vertx.core.Vertx;
import java.util.function.LongSupplier;

/**
 * A monitor that looks, window by window, whether a client that the edge waits for takes enough.
 * Confined to the connection's event loop.
 */
public final class SlowClientMonitor {

  private static final long NONE = -1;

  private final Vertx vertx;
  private final Pace pace;
  private final LongSupplier acceptedBytes;
  private final Listener listener;
  private long timer = NONE;
  private long acceptedBefore;

  /**
   * The least pace of a client.
   *
   * @param leastBytes that it must take
   * @param windowMillis within which time
   */
  public record Pace(long leastBytes, long windowMillis) {}

  /** A listener that is told when a window has ended. */
  interface Listener {
    void windowEnded(boolean tookEnough);
  }

  /**
   * @param acceptedBytes how many bytes the client has taken so far
   */
  SlowClientMonitor(Vertx vertx, Pace pace, LongSupplier acceptedBytes, Listener listener) {
    this.vertx = vertx;
    this.pace = pace;
    this.acceptedBytes = acceptedBytes;
    this.listener = listener;
  }

  /** Begins a window, unless one is under way. */
  void begin() {
    if (timer == NONE) {
      acceptedBefore = acceptedBytes.getAsLong();
      timer =
          vertx.setTimer(
              pace.windowMillis(),
              late -> {
                timer = NONE;
                long taken = acceptedBytes.getAsLong() - acceptedBefore;
                listener.windowEnded(taken >= pace.leastBytes());
              });
    }
  }

  /** Ends the window under way; its listener hears nothing more of it. */
  void end() {
    if (timer != NONE) {
      vertx.cancelTimer(timer);
      timer = NONE;
    }
  }
}
