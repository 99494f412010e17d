package io.filcdn.retrieval.delivery;

import io.netty.handler.codec.DateFormatter;
import io.netty.util.AsciiString;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Seconds as HTTP writes them (RFC 9110, 5.6.7). A calendar takes as long as all else of a head, so
 * the texts of seconds that come again are remembered. Safe for use by several threads.
 */
final class HttpDates {

  private static final int REMEMBERED = 1 << 10;

  private final AtomicReferenceArray<@Nullable Second> seconds =
      new AtomicReferenceArray<>(REMEMBERED);

  private record Second(long second, CharSequence text) {}

  /** The text of a time, less what is below its second. */
  CharSequence text(Instant time) {
    long second = time.getEpochSecond();
    int at = (int) (second & REMEMBERED - 1);
    Second known = seconds.getPlain(at);
    if (known == null || known.second != second) {
      Date date = Date.from(Instant.ofEpochSecond(second));
      known = new Second(second, new AsciiString(DateFormatter.format(date)));
      seconds.setRelease(at, known);
    }
    return known.text;
  }
}
