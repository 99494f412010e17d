package io.filcdn.retrieval.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Fills that nobody waits for any more, each with its file and the state of its hash, so that the
 * next request goes on where they stand. There are so many, of so many bytes, each for so long; the
 * oldest go first. Safe for use by several threads.
 */
public final class AbandonedFills {

  /** The most that there are: each has a file open. */
  private static final int MOST = 256;

  private final Vertx vertx;
  private final long maxBytes;
  private final Duration time;

  /** The oldest first. */
  @GuardedBy("this")
  private final Map<Fill, Kept> kept = new LinkedHashMap<>();

  @GuardedBy("this")
  private long bytes;

  private record Kept(long bytes, long timer) {}

  /**
   * @param maxBytes of all of them
   * @param time how long one is kept
   */
  public AbandonedFills(Vertx vertx, long maxBytes, Duration time) {
    this.vertx = vertx;
    this.maxBytes = maxBytes;
    this.time = time;
  }

  /** Keeps a fill that has so many bytes; it can be given up at once. */
  void keep(Fill fill, long itsBytes) {
    List<Fill> tooMuch = new ArrayList<>();
    synchronized (this) {
      long timer = vertx.setTimer(time.toMillis(), late -> fill.giveUp());
      kept.put(fill, new Kept(itsBytes, timer));
      bytes += itsBytes;
      for (Fill oldest : List.copyOf(kept.keySet())) {
        if (bytes > maxBytes || kept.size() > MOST) {
          forget(oldest);
          tooMuch.add(oldest);
        }
      }
    }
    tooMuch.forEach(Fill::giveUp);
  }

  /** The fill goes on, or is over. */
  synchronized void forget(Fill fill) {
    Kept was = kept.remove(fill);
    if (was != null) {
      bytes -= was.bytes;
      vertx.cancelTimer(was.timer);
    }
  }

  /** The number of bytes that they have. */
  public synchronized long bytes() {
    return bytes;
  }

  /** Gives all of them up. */
  Future<?> giveUpAll() {
    List<Fill> all;
    synchronized (this) {
      all = List.copyOf(kept.keySet());
    }
    return Future.join(all.stream().map(Fill::giveUp).toList());
  }
}
