package io.filcdn.metrics.accounts;

import io.filcdn.common.chain.Address;
import io.filcdn.metrics.wallets.SignatureCheck;
import io.filcdn.metrics.wallets.SignatureCheck.Verdict;
import io.filcdn.service.database.Database;
import io.filcdn.wallet.WalletSignature;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The sign-in of a payer with his wallet (EIP-4361). All that can be said without the database is
 * said first.
 */
public final class SignIn {

  /** The time by which the clocks of wallets and of this service may differ. */
  private static final Duration TOLERANCE = Duration.ofMinutes(1);

  private final Database database;
  private final SignatureCheck signatures;
  private final PostgresSessions sessions = new PostgresSessions();
  private final Rules rules;
  private final Clock clock;
  private final SecureRandom random;
  private volatile @Nullable Nonces nonces;

  /**
   * The rules of sign-ins.
   *
   * @param domain who asks for signatures, as wallets show it; without one nobody can sign in
   * @param chainId for which messages have to be
   * @param perPayer sign-ins of a payer in the lifetime of a nonce
   * @param sessionsPerPayer at a time; the oldest end first
   */
  public record Rules(
      Optional<String> domain,
      long chainId,
      Duration nonceLifetime,
      Duration sessionLifetime,
      int perPayer,
      int sessionsPerPayer) {}

  public SignIn(
      Database database, SignatureCheck signatures, Rules rules, Clock clock, SecureRandom random) {
    this.database = database;
    this.signatures = signatures;
    this.rules = rules;
    this.clock = clock;
    this.random = random;
  }

  /**
   * The parts of a message that the service says.
   *
   * @param expires when the nonce ends
   */
  public record Challenge(String nonce, String domain, long chainId, Instant expires) {}

  /** A new challenge; empty where sign-in is off. */
  public Optional<Challenge> challenge() {
    return rules
        .domain()
        .map(
            domain -> {
              String nonce = nonces().next(clock.instant(), rules.nonceLifetime());
              Instant end = nonces().end(nonce).orElseThrow();
              return new Challenge(nonce, domain, rules.chainId(), end);
            });
  }

  /** The end of an attempt to sign in. */
  public sealed interface Outcome {

    /**
     * A session.
     *
     * @param token a secret
     */
    record SignedIn(String token, Address payer, Instant expires) implements Outcome {}

    record Refused(SignInRefusal reason) implements Outcome {}
  }

  /** Signs in whom the message names, where he signed it. */
  public Outcome signIn(String text, String signature) {
    if (rules.domain().isEmpty()) {
      return new Outcome.Refused(SignInRefusal.OFF);
    }
    SignInMessage message;
    try {
      message = SignInMessage.read(text);
    } catch (IllegalArgumentException e) {
      return new Outcome.Refused(SignInRefusal.MESSAGE_MALFORMED);
    }
    Instant now = clock.instant();
    return refusal(message, now)
        .or(() -> unsigned(message.address(), text, signature))
        .<Outcome>map(Outcome.Refused::new)
        .orElseGet(() -> database.call(connection -> open(connection, message, now)));
  }

  private Optional<SignInRefusal> refusal(SignInMessage message, Instant now) {
    if (!rules.domain().equals(Optional.of(message.domain()))) {
      return Optional.of(SignInRefusal.DOMAIN_WRONG);
    }
    if (message.chainId() != rules.chainId()) {
      return Optional.of(SignInRefusal.CHAIN_WRONG);
    }
    if (nonces().end(message.nonce()).filter(now::isBefore).isEmpty()) {
      return Optional.of(SignInRefusal.NONCE_UNKNOWN);
    }
    if (message.expirationTime().filter(end -> !now.isBefore(end)).isPresent()) {
      return Optional.of(SignInRefusal.MESSAGE_EXPIRED);
    }
    Instant latest = now.plus(TOLERANCE);
    return message.issuedAt().isAfter(latest)
            || message.notBefore().filter(latest::isBefore).isPresent()
        ? Optional.of(SignInRefusal.MESSAGE_EARLY)
        : Optional.empty();
  }

  private Optional<SignInRefusal> unsigned(Address payer, String text, String signature) {
    return switch (signatures.check(
        payer,
        WalletSignature.digest(text),
        signature,
        Optional.empty(),
        () -> database.call(connection -> sessions.isPayer(connection, payer)))) {
      case Verdict.Signed _ -> Optional.empty();
      case Verdict.Malformed _ -> Optional.of(SignInRefusal.SIGNATURE_MALFORMED);
      case Verdict.Wrong _ -> Optional.of(SignInRefusal.SIGNATURE_WRONG);
      case Verdict.Unknown _ -> Optional.of(SignInRefusal.CHAIN_UNREACHABLE);
    };
  }

  private Outcome open(Connection connection, SignInMessage message, Instant now)
      throws SQLException {
    Address payer = message.address();
    if (!sessions.isPayer(connection, payer)) {
      return new Outcome.Refused(SignInRefusal.PAYER_UNKNOWN);
    }
    PayerLock.takeIn(connection, payer);
    if (sessions.used(connection, payer, now) >= rules.perPayer()) {
      return new Outcome.Refused(SignInRefusal.TOO_MANY);
    }
    Instant nonceEnd = nonces().end(message.nonce()).orElseThrow();
    if (!sessions.use(connection, message.nonce(), payer, nonceEnd)) {
      return new Outcome.Refused(SignInRefusal.NONCE_USED);
    }
    SessionToken token = SessionToken.random(random);
    Instant end = now.plus(rules.sessionLifetime());
    sessions.add(connection, token.hash(), payer, end, rules.sessionsPerPayer());
    return new Outcome.SignedIn(token.text(), payer, end);
  }

  /** Two threads may read it at once, and find the same. */
  private Nonces nonces() {
    Nonces known = nonces;
    if (known == null) {
      known = new Nonces(database.call(sessions::nonceSecret), random);
      nonces = known;
    }
    return known;
  }
}
