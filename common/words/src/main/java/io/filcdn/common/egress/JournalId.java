package io.filcdn.common.egress;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Objects;
import java.util.UUID;

/** The id of one run of one edge's journal: every process start opens a new one. */
public record JournalId(@JsonValue UUID uuid) {

  public JournalId {
    Objects.requireNonNull(uuid, "journal is missing");
  }

  /**
   * Reads a UUID.
   *
   * @throws IllegalArgumentException where the text is none
   */
  @JsonCreator
  public static JournalId of(String text) {
    return new JournalId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return uuid.toString();
  }
}
