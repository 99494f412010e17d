package io.filcdn.retrieval.origin;

import io.vertx.core.Vertx;
import java.util.function.LongConsumer;

/**
 * A meter of the bytes that came in each second of a fetch, told at the end of each in which nobody
 * made the provider wait. Confined to an event loop.
 */
final class PaceMeter {

  private static final long SECOND_MILLIS = 1_000;

  private final Vertx vertx;
  private final long timer;
  private long came;
  private boolean paused;
  private boolean wasPaused;
  private boolean everPaused;

  PaceMeter(Vertx vertx, LongConsumer second) {
    this.vertx = vertx;
    this.timer =
        vertx.setPeriodic(
            SECOND_MILLIS,
            tick -> {
              long bytes = came;
              boolean counts = !wasPaused;
              came = 0;
              wasPaused = paused;
              if (counts) {
                second.accept(bytes);
              }
            });
  }

  void came(long bytes) {
    came += bytes;
  }

  void paused() {
    paused = true;
    wasPaused = true;
    everPaused = true;
  }

  void resumed() {
    paused = false;
  }

  /** True where the provider was ever made to wait. */
  boolean everPaused() {
    return everPaused;
  }

  void end() {
    vertx.cancelTimer(timer);
  }
}
