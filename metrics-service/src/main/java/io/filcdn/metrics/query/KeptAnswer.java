package io.filcdn.metrics.query;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * An answer for anyone that all rows are looked at for: found once for whoever asks within two
 * seconds, by one of them at a time.
 */
public final class KeptAnswer<T> {

  private static final Duration FRESH = Duration.ofSeconds(2);

  private final LoadingCache<Boolean, T> kept;

  /**
   * @param find finds it, and may block
   */
  public KeptAnswer(Supplier<T> find) {
    kept = Caffeine.newBuilder().maximumSize(1).expireAfterWrite(FRESH).build(_ -> find.get());
  }

  /** The answer, two seconds old at most. */
  public T get() {
    return kept.get(true);
  }
}
