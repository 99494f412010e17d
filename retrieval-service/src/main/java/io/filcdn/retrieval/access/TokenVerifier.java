package io.filcdn.retrieval.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.util.Base64URL;
import io.filcdn.common.access.DelegateKey;
import io.filcdn.common.access.SecretHash;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The verifier of signed tokens: JSON Web Tokens (RFC 7519) with ES256 (RFC 7518) by a policy's
 * delegate. What it found good it remembers by the token's SHA-256 until the token expires; the
 * token itself is kept nowhere.
 *
 * <p>A signature takes some hundredths of a millisecond, so that it is verified apart from the look
 * at all the rest, off the event loop.
 */
final class TokenVerifier {

  /** Characters of a token. Those that have all claims, and a piece, take about 600. */
  static final int LONGEST = 2_048;

  /** The shape of a signed token: neither an encrypted one nor one without a signature. */
  private static final Pattern FORM =
      Pattern.compile("[A-Za-z0-9_-]{1,400}\\.[A-Za-z0-9_-]{1,1500}\\.[A-Za-z0-9_-]{86}");

  /** Brackets in claims or header: they hold texts, numbers and a list. */
  private static final int MOST_BRACKETS = 8;

  /** Names in claims or header. */
  private static final int MOST_COLONS = 64;

  private static final long REMEMBERED = 10_000;

  /** Delegates whose keys are made ready; each takes some KiB. */
  private static final long READY_KEYS = 1_000;

  private final Cache<SecretHash, Good> good;
  private final Cache<DelegateKey, DelegateKey.Verifier> verifiers =
      Caffeine.newBuilder().maximumSize(READY_KEYS).executor(Runnable::run).build();
  private final Clock clock;

  TokenVerifier(Clock clock) {
    this.clock = clock;
    good =
        Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .executor(Runnable::run)
            .expireAfter(
                Expiry.creating(
                    (SecretHash _, Good token) -> until(token.verified.claims().expires())))
            .build();
  }

  private Duration until(Instant end) {
    Duration left = Duration.between(clock.instant(), end);
    return left.isPositive() ? left : Duration.ZERO;
  }

  /**
   * A token that {@code signer} signed. It has no other signer: it names the one by the SHA-256 of
   * his key.
   */
  record Good(DelegateKey signer, Outcome.Verified verified) {}

  /** The outcome of looking at a token. */
  sealed interface Outcome {

    /** A token that the delegate signed. */
    record Verified(TokenClaims claims) implements Outcome {}

    /**
     * A token that is not good.
     *
     * @param detail what was expected
     */
    record Refused(Fault fault, String detail) implements Outcome {}

    /** A token of which nothing is wrong but maybe its signature. */
    record Unverified(Pending pending) implements Outcome {}
  }

  /**
   * A token whose signature is to be verified.
   *
   * @param id of the token, no secret: the SHA-256 of its text
   * @param signer whose it has to be
   */
  record Pending(SecretHash id, DelegateKey signer, TokenClaims claims, JWSObject token) {}

  /** The kind of what is wrong with a token. */
  enum Fault {
    /** It is no token, or says what is not understood. */
    MALFORMED,
    /** The policy's delegate has another key. */
    SIGNER_UNKNOWN,
    /** Its signature is another's, or of other bytes. */
    SIGNATURE_WRONG
  }

  /** True where a token's signature was verified before, and is good. */
  boolean isVerified(SignedToken token) {
    return known(token).isPresent();
  }

  private Optional<Good> known(SignedToken token) {
    if (token.good() == null && token.text().length() <= LONGEST) {
      Good found = good.getIfPresent(token.id());
      if (found != null) {
        token.isGood(found);
      }
    }
    return Optional.ofNullable(token.good());
  }

  /**
   * Looks at a token, but not at its signature, unless that was verified before.
   *
   * @param delegate who may have signed it; empty where nobody may
   */
  Outcome look(SignedToken token, Optional<DelegateKey> delegate) {
    String text = token.text();
    if (text.length() > LONGEST) {
      return malformed("expected a token of at most %d characters".formatted(LONGEST));
    }
    Optional<Good> known = known(token);
    if (known.isPresent() && delegate.equals(Optional.of(known.get().signer))) {
      return known.get().verified;
    }
    if (!FORM.matcher(text).matches() || !isFlat(text)) {
      return malformed("expected a JWT of three parts, signed by ES256, with flat claims");
    }
    try {
      return look(token.id(), JWSObject.parse(text), delegate);
    } catch (ParseException e) {
      return malformed("expected a JWT signed by ES256: its header is none");
    }
  }

  private static Outcome look(SecretHash id, JWSObject token, Optional<DelegateKey> delegate) {
    JWSHeader header = token.getHeader();
    if (!JWSAlgorithm.ES256.equals(header.getAlgorithm())
        || header.getContentType() != null
        || header.getCriticalParams() != null) {
      return malformed("expected a header with alg ES256 and kid, and without cty and crit");
    }
    Optional<DelegateKey> signer = delegate.filter(key -> key.kid().equals(header.getKeyID()));
    if (signer.isEmpty()) {
      return new Outcome.Refused(
          Fault.SIGNER_UNKNOWN, "expected the kid of the policy's delegate, found another");
    }
    try {
      return new Outcome.Unverified(new Pending(id, signer.get(), claims(token), token));
    } catch (IllegalArgumentException e) {
      return malformed(Optional.ofNullable(e.getMessage()).orElse(""));
    }
  }

  /** Verifies the signature of a token, which takes its time; what is good is remembered. */
  Outcome verify(Pending pending) {
    JWSObject token = pending.token;
    DelegateKey.Verifier verifier = verifiers.get(pending.signer, DelegateKey::verifier);
    if (!verifier.signed(token.getSigningInput(), token.getSignature().decode())) {
      return new Outcome.Refused(
          Fault.SIGNATURE_WRONG, "expected the delegate's signature, found another");
    }
    Outcome.Verified verified = new Outcome.Verified(pending.claims);
    good.put(pending.id, new Good(pending.signer, verified));
    return verified;
  }

  private static TokenClaims claims(JWSObject token) {
    @Nullable Map<String, Object> claims = token.getPayload().toJSONObject();
    if (claims == null) {
      throw new IllegalArgumentException("expected claims as a JSON object, found another");
    }
    return TokenClaims.of(claims);
  }

  private static Outcome malformed(String detail) {
    return new Outcome.Refused(Fault.MALFORMED, detail);
  }

  /** True where no JSON in it is nested deeply, or has many members. Nothing is parsed for it. */
  private static boolean isFlat(String text) {
    int claims = text.indexOf('.') + 1;
    return isFlat(new Base64URL(text.substring(0, claims - 1)).decode())
        && isFlat(new Base64URL(text.substring(claims, text.lastIndexOf('.'))).decode());
  }

  private static boolean isFlat(byte[] json) {
    int brackets = 0;
    int colons = 0;
    for (byte each : json) {
      brackets += each == '{' || each == '[' ? 1 : 0;
      colons += each == ':' ? 1 : 0;
    }
    return brackets <= MOST_BRACKETS && colons <= MOST_COLONS;
  }
}
