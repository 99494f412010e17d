package io.filcdn.retrieval.origin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.PieceCid;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The health of providers of late: whom to ask first, and whom not to ask now. Each service URL of
 * a provider has a circuit breaker, a bound on fetches at once, and a moving average of the time to
 * its first byte; one that asks for it is left alone for as long as it says. So a provider that
 * mends its URL on chain is asked at once. Safe for use by several threads.
 */
public final class OriginHealth {

  private static final Duration MAX_RETRY_AFTER = Duration.ofMinutes(10);

  /** URLs are anyone's to make up. */
  private static final long MAX_SERVICES = 10_000;

  private final int fetchesAtOnce;
  private final CircuitBreakerConfig breakers;
  private final Clock clock;
  private final PieceHistory history;
  private final Cache<Service, State> services =
      Caffeine.newBuilder().maximumSize(MAX_SERVICES).build();

  private final OriginPace pace = new OriginPace();

  private record Service(ProviderId provider, String url) {}

  /**
   * @param fetchesAtOnce from one provider
   * @param openFor how long a provider that fails half of the time is left alone
   * @param history of pieces
   */
  public OriginHealth(int fetchesAtOnce, Duration openFor, Clock clock, PieceHistory history) {
    this.fetchesAtOnce = fetchesAtOnce;
    this.clock = clock;
    this.history = history;
    this.breakers =
        CircuitBreakerConfig.custom()
            .failureRateThreshold(50)
            .slidingWindowSize(20)
            .minimumNumberOfCalls(5)
            .permittedNumberOfCallsInHalfOpenState(2)
            .waitDurationInOpenState(openFor)
            .clock(clock)
            .build();
  }

  /** The history of what providers did with single pieces. */
  public PieceHistory history() {
    return history;
  }

  /** The pace at which providers deliver. */
  OriginPace pace() {
    return pace;
  }

  /** The best first: no suspect, not left alone, not slow, quick to its first byte. */
  List<Origin> order(PieceCid piece, List<Origin> origins) {
    return origins.stream()
        .sorted(
            Comparator.<Origin>comparingInt(o -> history.suspicion(piece, o.provider()))
                .thenComparing(o -> !isAvailable(o))
                .thenComparing(o -> pace.isSlow(o.provider()))
                .thenComparingLong(o -> of(o).firstByteMicros))
        .toList();
  }

  boolean isAvailable(Origin origin) {
    State state = of(origin);
    return state.breaker.getState() != CircuitBreaker.State.OPEN
        && !clock.instant().isBefore(state.notBefore);
  }

  /** Begins a fetch; {@link #end} is to follow where nothing is said against it. */
  Optional<String> begin(Origin origin) {
    State state = of(origin);
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
  void answered(Origin origin, Duration firstByte) {
    State state = of(origin);
    long micros = firstByte.toNanos() / 1_000;
    state.firstByteMicros =
        state.firstByteMicros == 0 ? micros : (7 * state.firstByteMicros + micros) / 8;
  }

  /** The provider asks to be left alone for a while. */
  void leaveAlone(Origin origin, Duration asked) {
    Duration time = asked.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : asked;
    of(origin).notBefore = clock.instant().plus(time);
  }

  /**
   * Ends a fetch.
   *
   * @param worked whether it did, as far as the provider's own health goes; empty where that cannot
   *     be said
   */
  void end(Origin origin, Optional<Boolean> worked) {
    State state = of(origin);
    // one that was forgotten meanwhile begins at none
    state.fetches.updateAndGet(fetches -> Math.max(0, fetches - 1));
    if (worked.isEmpty()) {
      state.breaker.releasePermission();
    } else if (worked.get()) {
      state.breaker.onSuccess(0, TimeUnit.NANOSECONDS);
    } else {
      state.breaker.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException("failed"));
    }
  }

  private State of(Origin origin) {
    return services.get(
        new Service(origin.provider(), origin.serviceUrl()), s -> new State(s, breakers));
  }

  private static final class State {
    final CircuitBreaker breaker;
    final AtomicInteger fetches = new AtomicInteger();
    volatile long firstByteMicros;
    volatile Instant notBefore = Instant.MIN;

    State(Service service, CircuitBreakerConfig config) {
      breaker = CircuitBreaker.of(service.provider.toString(), config);
    }
  }
}
