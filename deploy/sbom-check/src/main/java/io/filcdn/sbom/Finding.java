package io.filcdn.sbom;

import java.util.Optional;

/**
 * A hole in a service.
 *
 * @param acceptance under which it is lived with, if it is
 */
public record Finding(
    String service, Component component, Hole hole, Optional<Acceptance> acceptance) {

  /** Whether the build fails because of it. */
  public boolean failsBuild() {
    return hole.severity().failsBuild() && acceptance.isEmpty();
  }

  /** What is wrong, and what to do. */
  @Override
  public String toString() {
    String found =
        "%s: %s %s has %s (%s, %s)"
            .formatted(
                service,
                component.name(),
                component.version(),
                hole.id(),
                hole.severity(),
                hole.source());
    return acceptance
        .map(accepted -> "%s, accepted until %s".formatted(found, accepted.until()))
        .orElse(
            "%s; take %s or newer, or accept it in deploy/security/known-holes.json with a reason and a day"
                .formatted(found, String.join(" or ", hole.mendedIn())));
  }
}
