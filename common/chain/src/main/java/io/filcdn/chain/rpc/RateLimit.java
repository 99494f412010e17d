package io.filcdn.chain.rpc;

import io.filcdn.common.time.SteadyClock;
import java.io.IOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * The rate that a node asks for: after 429, or 503 with a {@code Retry-After}, no call leaves for
 * it until the time it named. Safe for many threads.
 */
public final class RateLimit implements Interceptor {

  private static final int TOO_MANY_REQUESTS = 429;
  private static final int UNAVAILABLE = 503;
  private static final Duration WHERE_NONE_IS_NAMED = Duration.ofSeconds(1);

  /** A node that names a day is asked earlier. */
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final Clock clock;
  private volatile Instant restsUntil = Instant.MIN;

  public RateLimit(Clock clock) {
    this.clock = clock;
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    Instant until = restsUntil;
    if (rests(until)) {
      throw new IOException("not called until " + until + ", as it asked for");
    }
    Response response = chain.proceed(chain.request());
    Optional<Duration> named = retryAfter(response);
    if (response.code() == TOO_MANY_REQUESTS
        || (response.code() == UNAVAILABLE && named.isPresent())) {
      restsUntil = clock.instant().plus(named.orElse(WHERE_NONE_IS_NAMED));
    }
    return response;
  }

  /** A time further away than any that is kept is of a clock that was ahead. */
  private boolean rests(Instant until) {
    Instant now = clock.instant();
    Instant latest = now.plus(LONGEST).plus(SteadyClock.MOST_PUT_BACK);
    return now.isBefore(until) && !latest.isBefore(until);
  }

  /** In both forms of RFC 9110: seconds, or a date. */
  private Optional<Duration> retryAfter(Response response) {
    return Optional.ofNullable(response.header("Retry-After"))
        .flatMap(this::parsed)
        .map(wait -> wait.isNegative() ? Duration.ZERO : wait)
        .map(wait -> wait.compareTo(LONGEST) > 0 ? LONGEST : wait);
  }

  private Optional<Duration> parsed(String text) {
    try {
      return Optional.of(
          text.chars().allMatch(Character::isDigit)
              ? Duration.ofSeconds(Long.parseLong(text))
              : Duration.between(
                  clock.instant(),
                  ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant()));
    } catch (DateTimeException | NumberFormatException | ArithmeticException e) {
      return Optional.empty(); // it says no time
    }
  }
}
