package io.filcdn.retrieval.origin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.filcdn.common.payment.ProviderId;

/**
 * The bytes a second that providers deliver, a moving average of each. Who delivered nothing yet is
 * expected to be as fast as most: were that an average over all, slow providers could lower what is
 * expected of those that were never asked. Safe for use by several threads.
 */
final class OriginPace {

  /** The number of providers that are remembered. */
  private static final long MOST = 100_000;

  /** The pace that is expected of a provider that is not known: 1 MiB/s. */
  private static final long UNKNOWN = 1 << 20;

  /** The number of times that another has to be faster to be worth a change. */
  private static final long MUCH = 8;

  private final Cache<ProviderId, Long> paces = Caffeine.newBuilder().maximumSize(MOST).build();

  /** The provider delivered so many bytes a second while nobody made it wait. */
  void delivered(ProviderId provider, long bytes) {
    paces.asMap().merge(provider, bytes, (before, now) -> (7 * before + now) / 8);
  }

  /** True where a provider can be expected to deliver much more than {@code bytes} a second. */
  boolean isMuchFaster(ProviderId provider, long bytes) {
    return expected(provider) / MUCH > bytes;
  }

  /** True where most providers can be expected to deliver much more than this one. */
  boolean isSlow(ProviderId provider) {
    return expected(provider) < UNKNOWN / MUCH;
  }

  private long expected(ProviderId provider) {
    Long known = paces.getIfPresent(provider);
    return known == null ? UNKNOWN : known;
  }
}
