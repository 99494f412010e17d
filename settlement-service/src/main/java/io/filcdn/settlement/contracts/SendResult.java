package io.filcdn.settlement.contracts;

import java.util.Locale;

/** The answer of a node to signed bytes. */
public sealed interface SendResult {

  /** An acceptance: the node has them, now or already before. */
  record Taken() implements SendResult {}

  /** A nonce that is spent, by these bytes or by others. */
  record NonceSpent() implements SendResult {}

  /** A refusal: the node does not want them. */
  record Refused(String message) implements SendResult {}

  /** Reads a node's error message; nodes differ in words, not in meaning. */
  static SendResult ofError(String message) {
    String lower = message.toLowerCase(Locale.ROOT);
    if (lower.contains("already known")
        || lower.contains("already imported")
        || lower.contains("already in mpool")) {
      return new Taken();
    }
    if (lower.contains("nonce too low")) {
      return new NonceSpent();
    }
    return new Refused(message);
  }
}
