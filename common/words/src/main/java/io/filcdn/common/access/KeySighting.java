package io.filcdn.common.access;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/**
 * A sighting of a key on {@code filcdn.access.sightings}: in the ten minutes behind the record's
 * time an edge of a region has served who showed it.
 *
 * @param region the operator's name of the region
 */
public record KeySighting(KeyId key, String region) {

  private static final Pattern REGION = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  public KeySighting {
    requireNonNull(key, "key is missing");
    requireRegion(requireNonNull(region, "region is missing"));
  }

  /**
   * The name of a region, where the text can be one.
   *
   * @throws IllegalArgumentException where it cannot
   */
  public static String requireRegion(String text) {
    if (!REGION.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "expected a region of 1 to 64 letters, digits, dots, underscores and hyphens, found another");
    }
    return text;
  }
}
