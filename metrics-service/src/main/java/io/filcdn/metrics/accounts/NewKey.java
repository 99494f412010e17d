package io.filcdn.metrics.accounts;

import io.filcdn.common.access.KeyLimits;
import io.filcdn.common.access.KeyScope;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.time.NamedTime;
import io.filcdn.metrics.json.PostgresSafeJson;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A key that a payer asks for.
 *
 * @param name what the payer calls it: 1 to 64 characters, none of them for control or for turning
 *     the direction of text
 * @param scopes what it is for; at least one
 * @param limits none where it is left out
 * @param expires when it ends; it does not by itself where it is left out
 */
public record NewKey(
    String name, Set<KeyScope> scopes, Optional<KeyLimits> limits, Optional<Instant> expires) {

  /** No controls of C0 and C1, no ends of lines or paragraphs, and no marks of direction. */
  private static final Pattern NAME =
      Pattern.compile(
          "[^\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Cn}"
              + "\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069]{1,64}");

  public NewKey {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "expected a name of 1 to 64 characters, not all of them blank, and none of them a control"
              + " or one that turns the direction of text");
    }
    if (isEmpty(scopes)) {
      throw new IllegalArgumentException(
          "expected scopes of download, upload, pin, admin, found none");
    }
    if (expires.filter(end -> !end.isBefore(NamedTime.END)).isPresent()) {
      throw new IllegalArgumentException(
          "expected expires before the year 9999, found a later one");
    }
    scopes = Collections.unmodifiableSet(EnumSet.copyOf(scopes));
  }

  /**
   * Reads a request for a key.
   *
   * @throws IllegalArgumentException where it is none; also where a limit is {@code null} or an
   *     empty list, which could be meant to forbid all, and would allow it
   */
  static NewKey read(String json) {
    NewKey wanted = PostgresSafeJson.readStrictly(json, NewKey.class);
    Map<?, ?> fields = RecordJson.read(json, Map.class);
    if (fields.containsKey("limits")) {
      requireValue("limits", fields.get("limits"));
    }
    if (fields.get("limits") instanceof Map<?, ?> limits) {
      limits.forEach((name, value) -> requireValue("limits." + name, value));
    }
    return wanted;
  }

  private static void requireValue(String name, @Nullable Object value) {
    if (value == null || value instanceof Collection<?> list && list.isEmpty()) {
      throw new IllegalArgumentException(
          "expected %s with a value, found %s; what is not limited is left out"
              .formatted(name, value == null ? "null" : "an empty list"));
    }
  }

  private static boolean isName(@Nullable String name) {
    return name != null && NAME.matcher(name).matches() && !name.isBlank();
  }

  private static boolean isEmpty(@Nullable Set<KeyScope> scopes) {
    return scopes == null || scopes.isEmpty() || scopes.stream().anyMatch(Objects::isNull);
  }
}
