package io.filcdn.metrics.query;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.time.NamedTime;
import io.filcdn.service.problem.HttpProblem;
import jakarta.ws.rs.WebApplicationException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The values in paths and queries, read before anything is done with them: what they cannot be, no
 * table is asked for.
 *
 * <p>Each throws the problem {@code …-malformed}, which says what was expected and what was found.
 */
public final class RequestValues {

  private static final int MOST_SHOWN = 100;
  private static final int MOST_KEPT = 10_000;

  private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,19}");

  private RequestValues() {}

  /** A whole number. */
  public static long within(String name, String text, long least, long most) {
    if (WHOLE.matcher(text).matches()) {
      try {
        long value = Long.parseLong(text);
        if (value >= least && value <= most) {
          return value;
        }
      } catch (NumberFormatException e) {
        // one of 19 digits can be too large
      }
    }
    throw refused(name, "%s of %d to %d".formatted(name, least, most), text);
  }

  static Epoch epoch(String name, String text) {
    return new Epoch(within(name, text, 0, Long.MAX_VALUE));
  }

  static Instant time(String name, String text) {
    return NamedTime.read(text)
        .orElseThrow(
            () ->
                refused(
                    name,
                    "%s as a time like 2026-11-21T12:00:00Z, from 1970 on".formatted(name),
                    text));
  }

  /** The times that a request is about, {@code from} before {@code to}. */
  record Times(Instant from, Instant to) {}

  /**
   * Times as they are written; up to {@code now} where nothing else is.
   *
   * @param usual how long they are where their beginning is not written
   * @param longest how long they may be
   */
  static Times times(
      Optional<String> from, Optional<String> to, Instant now, Duration usual, Duration longest) {
    Instant end = to.map(text -> time("to", text)).orElse(now.plusSeconds(1));
    Instant start = from.map(text -> time("from", text)).orElse(end.minus(usual));
    if (!start.isBefore(end) || Duration.between(start, end).compareTo(longest) > 0) {
      throw HttpProblem.malformed(
          "from",
          "expected from before to, at most %d days apart, found %s and %s"
              .formatted(longest.toDays(), start, end));
    }
    return new Times(start, end);
  }

  /**
   * Refuses an order without a text that says why.
   *
   * @param expected what was to say it, for who sent the order
   */
  public static void requireWhy(String why, String expected) {
    if (why.isBlank() || !isText(why)) {
      throw HttpProblem.malformed("why", expected);
    }
  }

  /** A text of a certain form. */
  static String formed(String name, String expected, Pattern form, String text) {
    if (!form.matcher(text).matches()) {
      throw refused(name, expected, text);
    }
    return text;
  }

  /** The value that {@code parse} makes of a text. */
  public static <T> T parsed(String name, Function<String, T> parse, String text) {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw HttpProblem.malformed(name, shown(String.valueOf(e.getMessage()), 3 * MOST_SHOWN));
    }
  }

  /** True where a text can be kept: of a length that people write, and without what is no text. */
  public static boolean isText(String text) {
    return text.length() <= MOST_KEPT && text.indexOf('\0') < 0;
  }

  static WebApplicationException refused(String name, String expected, String found) {
    return HttpProblem.malformed(
        name, "expected %s, found \"%s\"".formatted(expected, shown(found, MOST_SHOWN)));
  }

  /** As it can stand in a line of text. */
  static String shown(String text, int most) {
    String part = text.length() > most ? text.substring(0, most) + "…" : text;
    return part.replaceAll("\\p{Cntrl}", "?");
  }
}
