package io.filcdn.metrics;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A secret that a caller must know; where none is configured, nobody knows it. */
record BearerSecret(Optional<String> secret) {

  /** Whether an {@code Authorization} header carries it; compared in constant time. */
  boolean opens(@Nullable String authorization) {
    return secret.isPresent()
        && authorization != null
        && MessageDigest.isEqual(
            authorization.getBytes(StandardCharsets.UTF_8),
            ("Bearer " + secret.get()).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return secret.isPresent() ? "a secret" : "no secret";
  }
}
