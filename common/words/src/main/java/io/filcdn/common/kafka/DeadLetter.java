package io.filcdn.common.kafka;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * A record that could not be applied, on {@code filcdn.dead-letters}: whole, so that it can be
 * replayed.
 *
 * @param service who could not apply it
 * @param value as it came; bytes that are no UTF-8 are replaced
 * @param reason a stable code
 * @param message what was expected and what was found
 */
public record DeadLetter(
    String service,
    String topic,
    int partition,
    long offset,
    Optional<String> key,
    Optional<String> value,
    String reason,
    String message,
    Instant at) {

  public DeadLetter {
    requireNonNull(service, "service is missing");
    requireNonNull(topic, "topic is missing");
    requireNonNull(reason, "reason is missing");
    requireNonNull(message, "message is missing");
    requireNonNull(at, "at is missing");
  }
}
