package io.filcdn.retrieval.origin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.PieceCid;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How providers have done of late: whom to ask first, and whom not to ask now. Each provider has a
 * circuit breaker, a bound on fetches at once, and a moving average of the time to its first byte;
 * one that answers 429 is left alone for as long as it says. Providers that took part in wrong
 * bytes of a piece are suspects for that piece, and the more so the more often: who lied alone
 * after having lied in company is asked after its innocent company. Safe for use by several
 * threads.
 */
public final class OriginHealth {

  private static final Duration MAX_RETRY_AFTER = Duration.ofMinutes(10);
  private static final Duration SUSPICION = Duration.ofHours(1);
  private static final long MAX_SUSPICIONS = 100_000;

  private final int fetchesAtOnce;
  private final CircuitBreakerConfig breakers;
  private final Clock clock;
  private final Map<ProviderId, State> providers = new ConcurrentHashMap<>();

  /** How often a provider had a part in wrong bytes of a piece. */
  private final Cache<Suspicion, Integer> suspicions;

  private final AtomicLong mismatches = new AtomicLong();
  private final OriginPace pace = new OriginPace();

  private record Suspicion(ProviderId provider, PieceCid piece) {}

  /**
   * @param fetchesAtOnce from one provider
   * @param openFor how long a provider that fails half of the time is left alone
   */
  public OriginHealth(int fetchesAtOnce, Duration openFor, Clock clock) {
    this.fetchesAtOnce = fetchesAtOnce;
    this.clock = clock;
    this.breakers =
        CircuitBreakerConfig.custom()
            .failureRateThreshold(50)
            .slidingWindowSize(20)
            .minimumNumberOfCalls(5)
            .permittedNumberOfCallsInHalfOpenState(2)
            .waitDurationInOpenState(openFor)
            .clock(clock)
            .build();
    this.suspicions =
        Caffeine.newBuilder()
            .maximumSize(MAX_SUSPICIONS)
            .expireAfterWrite(SUSPICION)
            .ticker(ticker(clock))
            .build();
  }

  private static Ticker ticker(Clock clock) {
    return () -> TimeUnit.MILLISECONDS.toNanos(clock.millis());
  }

  /** The best first: no suspect, not left alone, not slow, quick to its first byte. */
  public List<Origin> order(PieceCid piece, List<Origin> origins) {
    return origins.stream()
        .sorted(
            Comparator.<Origin>comparingInt(o -> suspicion(piece, o.provider()))
                .thenComparing(o -> !isAvailable(o.provider()))
                .thenComparing(o -> pace.isSlow(o.provider()))
                .thenComparingLong(o -> of(o.provider()).firstByteMicros))
        .toList();
  }

  /** Whether a provider had a part in wrong bytes of a piece. */
  public boolean isSuspect(PieceCid piece, ProviderId provider) {
    return suspicion(piece, provider) > 0;
  }

  private int suspicion(PieceCid piece, ProviderId provider) {
    Integer times = suspicions.getIfPresent(new Suspicion(provider, piece));
    return times == null ? 0 : times;
  }

  /** Wrong bytes of a piece came from these. */
  public void suspect(PieceCid piece, List<ProviderId> contributors) {
    mismatches.incrementAndGet();
    contributors.forEach(p -> suspicions.asMap().merge(new Suspicion(p, piece), 1, Integer::sum));
  }

  /** How often providers brought wrong bytes. */
  public long mismatches() {
    return mismatches.get();
  }

  /** All bytes of a piece came from this one and were right. */
  public void clear(PieceCid piece, ProviderId provider) {
    suspicions.invalidate(new Suspicion(provider, piece));
  }

  /** How fast providers deliver. */
  OriginPace pace() {
    return pace;
  }

  boolean isAvailable(ProviderId provider) {
    State state = of(provider);
    return state.breaker.getState() != CircuitBreaker.State.OPEN
        && !clock.instant().isBefore(state.notBefore);
  }

  /** Begins a fetch; {@link #end} is to follow where nothing is said against it. */
  Optional<String> begin(ProviderId provider) {
    State state = of(provider);
    if (clock.instant().isBefore(state.notBefore)) {
      return Optional.of("it asked to be left alone until " + state.notBefore);
    }
    if (state.fetches.incrementAndGet() > fetchesAtOnce) {
      state.fetches.decrementAndGet();
      return Optional.of("%d fetches are under way".formatted(fetchesAtOnce));
    }
    if (!state.breaker.tryAcquirePermission()) {
      state.fetches.decrementAndGet();
      return Optional.of("it failed too often of late");
    }
    return Optional.empty();
  }

  /** The head of an answer came that long after it was asked for. */
  void answered(ProviderId provider, Duration firstByte) {
    State state = of(provider);
    long micros = firstByte.toNanos() / 1_000;
    state.firstByteMicros =
        state.firstByteMicros == 0 ? micros : (7 * state.firstByteMicros + micros) / 8;
  }

  /** The provider asks to be left alone for a while. */
  void leaveAlone(ProviderId provider, Duration asked) {
    Duration time = asked.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : asked;
    of(provider).notBefore = clock.instant().plus(time);
  }

  /**
   * Ends a fetch.
   *
   * @param worked whether it did, as far as the provider's own health goes; empty where that cannot
   *     be said
   */
  void end(ProviderId provider, Optional<Boolean> worked) {
    State state = of(provider);
    state.fetches.decrementAndGet();
    if (worked.isEmpty()) {
      state.breaker.releasePermission();
    } else if (worked.get()) {
      state.breaker.onSuccess(0, TimeUnit.NANOSECONDS);
    } else {
      state.breaker.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException("failed"));
    }
  }

  private State of(ProviderId provider) {
    return providers.computeIfAbsent(provider, p -> new State(p, breakers));
  }

  private static final class State {
    final CircuitBreaker breaker;
    final AtomicInteger fetches = new AtomicInteger();
    volatile long firstByteMicros;
    volatile Instant notBefore = Instant.MIN;

    State(ProviderId provider, CircuitBreakerConfig config) {
      breaker = CircuitBreaker.of(provider.toString(), config);
    }
  }
}
