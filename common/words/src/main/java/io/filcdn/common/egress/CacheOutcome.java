package io.filcdn.common.egress;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The source of a response's bytes. */
public enum CacheOutcome {
  /** From the edge's cache, with no provider asked. */
  HIT,
  /** From a fill that this request started. */
  MISS,
  /** From a fill that another request had started. */
  COLLAPSED;

  /** Every response tells it. */
  private final String text = name().toLowerCase(Locale.ROOT);

  @JsonCreator
  static CacheOutcome of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }

  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
