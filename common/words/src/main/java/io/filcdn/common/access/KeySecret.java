package io.filcdn.common.access;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * One of a key's secrets, of which its hash is known.
 *
 * @param sha256 of the key's whole text
 * @param expires when it is good no more, as another has taken its place
 */
public record KeySecret(SecretHash sha256, Optional<Instant> expires) {

  public KeySecret {
    requireNonNull(sha256, "sha256 is missing");
  }

  /** True where it has not ended. */
  public boolean isGood(Instant now) {
    return expires.filter(end -> !now.isBefore(end)).isEmpty();
  }

  /** The secret with an end, which is its own where that is sooner. */
  public KeySecret until(Instant end) {
    return expires.filter(own -> own.isBefore(end)).isPresent()
        ? this
        : new KeySecret(sha256, Optional.of(end));
  }
}
