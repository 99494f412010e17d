package io.filcdn.retrieval.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.filcdn.common.access.KeyId;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The rates at which keys are used at this edge. Of each a second's requests may come at once, and
 * then as many as grow back (GCRA, ITU-T I.371). Safe for use by several threads.
 */
final class KeyRates {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** Keys that are limited at once; one that finds no place is as good as new. */
  private static final long MOST = 100_000;

  private final LongSupplier nanoTime;

  /** The times at which all of a key's requests so far would have come at its rate. */
  private final Cache<KeyId, AtomicLong> due =
      Caffeine.newBuilder()
          .maximumSize(MOST)
          .executor(Runnable::run)
          // by then all of it has grown back
          .expireAfterAccess(Duration.ofSeconds(2))
          .build();

  KeyRates(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Counts a request; false, and it does not count, where it is one too many. */
  boolean count(KeyId key, int perSecond) {
    long now = nanoTime.getAsLong();
    AtomicLong at = due.get(key, _ -> new AtomicLong(now));
    while (true) {
      long before = at.get();
      long after = Math.max(before - now, 0) + SECOND / perSecond;
      if (after > SECOND) {
        return false;
      }
      if (at.compareAndSet(before, now + after)) {
        return true;
      }
    }
  }
}
