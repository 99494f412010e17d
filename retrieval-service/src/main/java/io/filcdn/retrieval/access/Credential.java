package io.filcdn.retrieval.access;

import io.filcdn.common.access.AccessKey;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.wallet.CurioToken;
import java.util.Optional;
import java.util.function.Supplier;

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
   * @param address that was asked for, without its scheme, which a proxy in front can hide, and
   *     without the token: authority, path and query. Few tokens are for one address alone
   * @param caller the bot that shows it, where one does
   */
  record Signed(SignedToken token, Supplier<String> address, Optional<String> caller)
      implements Credential {

    /** The same token, shown for another address. */
    public Signed at(Supplier<String> other) {
      return new Signed(token, other, caller);
    }
  }

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
      case Signed(_, _, Optional<String> caller) -> caller;
      case None _, Key _, Gated _, Unusable _ -> Optional.empty();
    };
  }

  /** The signed token that is shown, where one is. */
  default Optional<Signed> signed() {
    return this instanceof Signed shown ? Optional.of(shown) : Optional.empty();
  }
}
