package io.filcdn.common.payment;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The service contract that an id was given by; numbers start over in each. */
public enum Generation {
  /** Filecoin Warm Storage Service 1.x. */
  FWSS("fwss"),
  /** Its forerunner on calibration, June to July 2025, whose data sets were called proof sets. */
  PANDORA("pandora");

  private final String text;

  Generation(String text) {
    this.text = text;
  }

  /**
   * The generation of that name.
   *
   * @throws IllegalArgumentException where there is none
   */
  @JsonCreator
  public static Generation of(String text) {
    for (Generation generation : values()) {
      if (generation.text.equals(text)) {
        return generation;
      }
    }
    throw new IllegalArgumentException(
        "expected the generation \"fwss\" or \"pandora\", found \"%s\"".formatted(text));
  }

  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
