package io.filcdn.indexer.hint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The secret that a webhook must bring to be heard.
 *
 * @param header the name of the header that holds it
 * @param value empty where webhooks are off
 */
public record WebhookSecret(String header, Optional<String> value) {

  /** True where a header's value is the secret; takes the same time wherever they differ. */
  boolean isIn(@Nullable String found) {
    return found != null
        && value
            .map(secret -> MessageDigest.isEqual(secret.getBytes(UTF_8), found.getBytes(UTF_8)))
            .orElse(false);
  }

  @Override
  public String toString() {
    return "the secret in " + header;
  }
}
