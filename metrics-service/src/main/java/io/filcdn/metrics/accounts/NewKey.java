package io.filcdn.metrics.accounts;

import io.filcdn.common.access.KeyLimits;
import io.filcdn.common.access.KeyScope;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A key that a payer asks for.
 *
 * @param name what the payer calls it: 1 to 64 characters, none of them for control
 * @param scopes what it is for; at least one
 * @param limits none where it is left out
 * @param expires when it ends; it does not by itself where it is left out
 */
public record NewKey(
    String name, Set<KeyScope> scopes, Optional<KeyLimits> limits, Optional<Instant> expires) {

  private static final Pattern NAME = Pattern.compile("[^\\p{Cntrl}\\p{Cs}\\p{Cn}]{1,64}");
  private static final Instant END = Instant.parse("9999-01-01T00:00:00Z");

  public NewKey {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "expected a name of 1 to 64 characters, not all of them blank");
    }
    if (isEmpty(scopes)) {
      throw new IllegalArgumentException(
          "expected scopes of download, upload, pin, admin, found none");
    }
    if (expires.filter(end -> !end.isBefore(END)).isPresent()) {
      throw new IllegalArgumentException(
          "expected expires before the year 9999, found a later one");
    }
    scopes = Collections.unmodifiableSet(EnumSet.copyOf(scopes));
  }

  private static boolean isName(@Nullable String name) {
    return name != null && NAME.matcher(name).matches() && !name.isBlank();
  }

  private static boolean isEmpty(@Nullable Set<KeyScope> scopes) {
    return scopes == null || scopes.isEmpty() || scopes.stream().anyMatch(Objects::isNull);
  }
}
