package io.filcdn.retrieval.access;

import io.filcdn.common.access.SecretHash;
import org.jspecify.annotations.Nullable;

/**
 * A signed token as it was shown, not checked yet. It is a secret: whoever has it can fetch.
 *
 * <p>What was found out about it once goes with it, as a connection shows the same token again and
 * again. Not a record, so that nothing shows its text by chance. Confined to the event loop of the
 * connection that shows it.
 */
public final class SignedToken {

  private final String text;
  private @Nullable SecretHash id;
  private @Nullable SecretHash signed;
  private TokenVerifier.@Nullable Good good;

  public SignedToken(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }

  /** The hash of its text, which is no secret. */
  SecretHash id() {
    if (id == null) {
      id = SecretHash.of(text);
    }
    return id;
  }

  /**
   * The hash of what was signed, header and claims. Not of the signature: of each of ECDSA anyone
   * can make a second one.
   */
  SecretHash signed() {
    if (signed == null) {
      signed = SecretHash.of(text.substring(0, text.lastIndexOf('.')));
    }
    return signed;
  }

  /** The finding that its signature is good, where there is one. */
  TokenVerifier.@Nullable Good good() {
    return good;
  }

  /** Takes note that its signature is good, as it then is for ever. */
  void isGood(TokenVerifier.Good found) {
    good = found;
  }

  @Override
  public String toString() {
    return "a signed token";
  }
}
