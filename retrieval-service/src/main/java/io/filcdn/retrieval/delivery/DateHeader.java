package io.filcdn.retrieval.delivery;

import io.netty.handler.codec.DateFormatter;
import io.netty.util.AsciiString;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;

/**
 * The {@code Date} header (RFC 9110, 6.6.1) of all answers. Its text is made once a second, however
 * many answers have it. Safe for use by several threads.
 */
public final class DateHeader {

  private final Clock clock;
  private volatile Now now = new Now(-1, AsciiString.EMPTY_STRING);

  private record Now(long second, CharSequence text) {}

  public DateHeader(Clock clock) {
    this.clock = clock;
  }

  /** Has a response say when its head was written. */
  public void date(HttpServerResponse response) {
    response.headersEndHandler(written -> response.putHeader(HttpHeaders.DATE, text()));
  }

  private CharSequence text() {
    long millis = clock.millis();
    Now last = now;
    if (last.second != millis / 1_000) {
      Date date = Date.from(Instant.ofEpochMilli(millis));
      last = new Now(millis / 1_000, new AsciiString(DateFormatter.format(date)));
      now = last;
    }
    return last.text;
  }
}
