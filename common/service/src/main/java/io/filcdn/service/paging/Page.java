package io.filcdn.service.paging;

import io.filcdn.common.time.NamedTime;
import io.filcdn.service.problem.HttpProblem;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The part of a list that a request asks for.
 *
 * @param after the place of the last item that was seen; empty for the first page
 * @param limit the number of items that the page has at most
 */
public record Page<P>(Optional<P> after, int limit) {

  private static final int USUAL = 100;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
  private static final Pattern UUID_FORM =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  private static final int MOST_SHOWN = 50;

  /**
   * Reads what a request asks for.
   *
   * @param limit as it is written; 100 where it is left out
   * @param most the largest limit, 100 or more
   * @param place reads the place of an item
   * @throws jakarta.ws.rs.WebApplicationException the problem {@code limit-malformed} or {@code
   *     after-malformed}
   */
  public static <P> Page<P> of(
      @Nullable String after, @Nullable String limit, int most, Function<String, P> place) {
    return new Page<>(
        HttpProblem.parsed("after", () -> Optional.ofNullable(after).map(place)),
        limit(limit, most));
  }

  /**
   * A number of items, as {@code limit} has it; 100 where it is left out.
   *
   * @throws jakarta.ws.rs.WebApplicationException the problem {@code limit-malformed}
   */
  public static int limit(@Nullable String text, int most) {
    if (text == null) {
      return USUAL;
    }
    if (NUMBER.matcher(text).matches()) {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= most) {
        return limit;
      }
    }
    throw HttpProblem.malformed(
        "limit", "limit: expected a number from 1 to %d, found %s".formatted(most, shown(text)));
  }

  /**
   * The place of an item whose id is a number.
   *
   * @throws IllegalArgumentException where the text is none of 0 to 2⁶³-1, as the readers of other
   *     places do
   */
  public static long number(String after) {
    try {
      if (!after.startsWith("-") && !after.startsWith("+")) {
        return Long.parseLong(after);
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException("after: expected a number, found " + shown(after));
  }

  /** The id of an item in its place. */
  public static UUID uuid(String after) {
    if (UUID_FORM.matcher(after).matches()) {
      return UUID.fromString(after);
    }
    throw new IllegalArgumentException("after: expected a UUID, found " + shown(after));
  }

  /** The time of an item in its place; one that databases can hold. */
  public static Instant time(String after) {
    return NamedTime.read(after)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "after: expected a time from 1970 on, found " + shown(after)));
  }

  /** The parts of a place that has several, with commas between them. */
  public static List<String> parts(String after, int count) {
    List<String> parts = List.of(after.split(",", -1));
    if (parts.size() != count) {
      throw new IllegalArgumentException(
          "after: expected what a page told as next, found " + shown(after));
    }
    return parts;
  }

  /** The place to ask for the page behind {@code items}; empty where they are the last. */
  public <T, N> Optional<N> next(List<T> items, Function<T, N> place) {
    return items.size() < limit ? Optional.empty() : Optional.of(place.apply(items.getLast()));
  }

  private static String shown(String text) {
    return (text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "…" : text)
        .replaceAll("\\p{Cntrl}", "?");
  }
}
