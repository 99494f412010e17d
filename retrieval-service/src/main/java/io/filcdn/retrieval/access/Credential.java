package io.filcdn.retrieval.access;

import io.filcdn.common.access.AccessKey;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.wallet.CurioToken;
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

  /**
   * A token that a delegate signed. A secret.
   *
   * @param caller the bot that shows it, where one does
   */
  record Signed(SignedToken token, Optional<String> caller) implements Credential {}

  /**
   * A token of gated retrieval. A secret.
   *
   * @param token empty where it cannot be read
   */
  record Gated(Optional<CurioToken> token) implements Credential {}

  /** A proof that cannot be good, whatever is looked up. */
  record Unusable(Refusal refusal) implements Credential {}

  /** The bot that asks, where one does. */
  default Optional<String> bot() {
    return switch (this) {
      case Bot(String name) -> Optional.of(name);
      case Signed(_, Optional<String> caller) -> caller;
      case None _, Key _, Gated _, Unusable _ -> Optional.empty();
    };
  }

  /** The signed token that is shown, where one is. */
  default Optional<Signed> signed() {
    return this instanceof Signed shown ? Optional.of(shown) : Optional.empty();
  }
}
