package io.filcdn.retrieval.access;

import io.filcdn.common.access.AccessKey;
import io.filcdn.retrieval.refusal.Refusal;
import java.util.Optional;

/** A request's proof of who asks, as it was shown: read, and not checked against anything yet. */
public sealed interface Credential {

  /** No proof: the request is anyone's. */
  record None() implements Credential {}

  /**
   * A bot's token, whose bytes are billed to nobody.
   *
   * @param name of the bot
   */
  record Bot(String name) implements Credential {}

  /** A payer's key. A secret. */
  record Key(AccessKey key) implements Credential {}

  /** Something that cannot be good, whatever is looked up. */
  record Unusable(Refusal refusal) implements Credential {}

  /** The bot that asks, where one does. */
  default Optional<String> bot() {
    return this instanceof Bot(String name) ? Optional.of(name) : Optional.empty();
  }
}
