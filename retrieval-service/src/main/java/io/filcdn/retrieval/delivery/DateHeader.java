package io.filcdn.retrieval.delivery;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.time.Clock;

/** The {@code Date} header (RFC 9110, 6.6.1) of all answers. Safe for use by several threads. */
public final class DateHeader {

  private final Clock clock;
  private final HttpDates dates = new HttpDates();

  public DateHeader(Clock clock) {
    this.clock = clock;
  }

  /** Has a response say when its head was written. */
  public void date(HttpServerResponse response) {
    response.headersEndHandler(
        written -> response.putHeader(HttpHeaders.DATE, dates.text(clock.instant())));
  }
}
