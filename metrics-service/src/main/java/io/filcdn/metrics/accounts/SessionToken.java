package io.filcdn.metrics.accounts;

import io.filcdn.common.access.Base62;
import io.filcdn.common.access.SecretHash;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The token of a payer who is signed in: {@code fcdns_} and 256 random bits. A secret: only {@link
 * #text} shows it.
 */
final class SessionToken {

  private static final Pattern FORM = Pattern.compile("fcdns_[0-9A-Za-z]{43}");

  private final String text;

  private SessionToken(String text) {
    this.text = text;
  }

  static SessionToken random(SecureRandom random) {
    return new SessionToken("fcdns_" + Base62.random(random, Base62.SECRET_LENGTH));
  }

  /** The token that a text is; empty where it has another form. */
  static Optional<SessionToken> read(String text) {
    return FORM.matcher(text).matches() ? Optional.of(new SessionToken(text)) : Optional.empty();
  }

  String text() {
    return text;
  }

  SecretHash hash() {
    return SecretHash.of(text);
  }

  @Override
  public String toString() {
    return "a session's token";
  }
}
