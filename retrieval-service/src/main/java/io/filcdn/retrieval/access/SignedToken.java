package io.filcdn.retrieval.access;

import io.filcdn.common.access.SecretHash;
import org.jspecify.annotations.Nullable;

/**
 * A signed token as it was shown, not checked yet. It is a secret: whoever has it can fetch.
 *
 * <p>Not a record, so that nothing shows it by chance.
 */
public final class SignedToken {

  private final String text;
  private final String address;
  private @Nullable SecretHash id;
  private @Nullable SecretHash signed;

  /**
   * @param address that was asked for, without scheme and token: authority, path and query
   */
  public SignedToken(String text, String address) {
    this.text = text;
    this.address = address;
  }

  String text() {
    return text;
  }

  /**
   * The hash of its text, which is no secret; made once, as a request asks for it several times.
   */
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

  /** The address that was asked for, without its scheme, which a proxy in front can hide. */
  String address() {
    return address;
  }

  @Override
  public String toString() {
    return "a signed token";
  }
}
