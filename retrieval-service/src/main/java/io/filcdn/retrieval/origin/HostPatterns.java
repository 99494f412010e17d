package io.filcdn.retrieval.origin;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Hosts that an operator names.
 *
 * @param patterns names in lower case; {@code *} is any, and {@code *.example.com} all below that
 *     name
 */
public record HostPatterns(Set<String> patterns) {

  /** The hosts that are written in any letters. */
  public static HostPatterns of(Set<String> written) {
    return new HostPatterns(
        written.stream()
            .map(host -> host.strip().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet()));
  }

  /** True where there are none. */
  boolean areNone() {
    return patterns.isEmpty();
  }

  /** True where a host is one of them. */
  boolean contain(String host) {
    return patterns.contains("*") || patterns.contains(host) || isBelowOne(host);
  }

  private boolean isBelowOne(String host) {
    for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      if (patterns.contains("*" + host.substring(dot))) {
        return true;
      }
    }
    return false;
  }
}
