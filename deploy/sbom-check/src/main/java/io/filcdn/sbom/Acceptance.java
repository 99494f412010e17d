package io.filcdn.sbom;

import java.time.LocalDate;

/**
 * A hole that is lived with for a while.
 *
 * @param id of the hole
 * @param until the last day on which it is
 * @param reason why it does no harm here
 */
public record Acceptance(String id, LocalDate until, String reason) {

  public Acceptance {
    if (reason.isBlank()) {
      throw new IllegalArgumentException("expected a reason to accept %s".formatted(id));
    }
  }

  boolean covers(Hole hole, LocalDate today) {
    return id.equals(hole.id()) && !today.isAfter(until);
  }
}
