package io.filcdn.indexer.query;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a list is asked for.
 *
 * @param after the last item that was seen; empty for the first page
 * @param limit how many items the page has at most
 */
record Page<P>(Optional<P> after, int limit) {

  private static final int LARGEST = 1000;

  /**
   * Reads what a request asks for.
   *
   * @param place reads the place of an item
   * @throws IllegalArgumentException where there is no such page
   */
  static <P> Page<P> of(@Nullable String after, int limit, Function<String, P> place) {
    if (limit < 1 || limit > LARGEST) {
      throw new IllegalArgumentException(
          "limit: expected a number from 1 to %d, found %d".formatted(LARGEST, limit));
    }
    return new Page<>(Optional.ofNullable(after).map(place), limit);
  }

  /** What to ask for the page behind {@code items}; empty where they are the last. */
  <T> Optional<String> next(List<T> items, Function<T, String> place) {
    return items.size() < limit ? Optional.empty() : Optional.of(place.apply(items.getLast()));
  }
}
