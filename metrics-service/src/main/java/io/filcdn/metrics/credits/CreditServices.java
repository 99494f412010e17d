package io.filcdn.metrics.credits;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.filcdn.common.access.AccessKey;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.access.SecretHash;
import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.audit.AuditEntry.Action;
import io.filcdn.metrics.audit.PostgresAudit;
import io.filcdn.metrics.credits.PostgresCreditServices.Known;
import io.filcdn.service.auth.BearerToken;
import io.filcdn.service.database.Database;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The services that may ask for credit. An operator makes them and their tokens; each token has the
 * form of a payer's key, is shown once, and only its SHA-256 is kept. A token that was taken back
 * is refused by every process within five seconds.
 */
public final class CreditServices {

  private static final Duration REMEMBERED = Duration.ofSeconds(5);
  private static final int MOST_REMEMBERED = 10_000;
  private static final int MOST_TOKENS = 4;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");

  private final Database database;
  private final String network;
  private final Clock clock;
  private final SecureRandom random;
  private final PostgresCreditServices services = new PostgresCreditServices();
  private final PostgresAudit audit = new PostgresAudit();
  private final Cache<SecretHash, Optional<CreditService>> remembered;

  /**
   * @param network that is written into tokens
   */
  CreditServices(
      Database database, String network, Clock clock, SecureRandom random, Ticker ticker) {
    this.database = database;
    this.network = network;
    this.clock = clock;
    this.random = random;
    remembered =
        Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(REMEMBERED)
            .ticker(ticker)
            .build();
  }

  /**
   * A service that is to be made.
   *
   * @param name 1 to 32 letters a-z, digits and {@code -}, not {@code operator}
   * @param scopes at least one
   */
  public record NewService(String name, Set<CreditScope> scopes) {

    public NewService {
      if (!isName(name)) {
        throw new IllegalArgumentException(
            "expected a name of 1 to 32 letters a-z, digits and -, other than operator");
      }
      if (isEmpty(scopes)) {
        throw new IllegalArgumentException(
            "expected scopes such as reserve:uploadBytes, found none");
      }
      scopes = Set.copyOf(scopes);
    }

    private static boolean isName(@Nullable String name) {
      return name != null && NAME.matcher(name).matches() && !name.equals(GrantDesk.OPERATOR);
    }

    private static boolean isEmpty(@Nullable Set<CreditScope> scopes) {
      return scopes == null || scopes.isEmpty() || scopes.stream().anyMatch(Objects::isNull);
    }
  }

  /** A token without its secret. */
  public record TokenView(KeyId id, Instant created) {}

  /** A service with its tokens that are good. */
  public record StoredService(
      String name, Set<CreditScope> scopes, Instant created, List<TokenView> tokens) {}

  /** The end of an attempt to make a token. */
  public sealed interface Outcome {

    /**
     * A token that nobody can show again.
     *
     * @param key the token; a secret
     */
    record Issued(AccessKey key) implements Outcome {}

    /** A refusal: another service has the name. */
    record NameTaken() implements Outcome {}

    /** A refusal: there is no service of the name. */
    record Unknown() implements Outcome {}

    /** A refusal: four of its tokens are good. */
    record TooManyTokens() implements Outcome {}
  }

  /** Makes a service, with a token. */
  public Outcome make(NewService wanted) {
    Instant now = now();
    return database.call(
        connection ->
            services.add(connection, new CreditService(wanted.name(), wanted.scopes()), now)
                ? issue(connection, wanted.name(), now)
                : new Outcome.NameTaken());
  }

  /** Makes another token of a service. */
  public Outcome makeToken(String name) {
    Instant now = now();
    return database.call(
        connection -> {
          if (services.findAndLock(connection, name).isEmpty()) {
            return new Outcome.Unknown();
          }
          return services.tokens(connection, name) >= MOST_TOKENS
              ? new Outcome.TooManyTokens()
              : issue(connection, name, now);
        });
  }

  private Outcome issue(Connection connection, String name, Instant now) throws SQLException {
    AccessKey key = AccessKey.generate(network, KeyId.random(random), random);
    services.addToken(connection, name, key.id(), SecretHash.of(key.text()), now);
    audit(connection, now, Action.CREDIT_TOKEN_MADE, name, key.id().text());
    return new Outcome.Issued(key);
  }

  /**
   * Takes a token back, for ever; again is no error. False where the service has none of that id.
   */
  public boolean revoke(String name, KeyId id, String why) {
    Instant now = now();
    return database.call(
        connection -> {
          boolean known = services.revoke(connection, name, id, now);
          if (known) {
            audit(connection, now, Action.CREDIT_TOKEN_REVOKED, name, "%s: %s".formatted(id, why));
          }
          return known;
        });
  }

  /** At most {@code limit} services behind a name, in the order of their names. */
  public List<StoredService> list(String after, int limit) {
    return database.call(connection -> services.list(connection, after, limit));
  }

  /**
   * The service whose token a call carries. What has another form costs no look-up.
   *
   * @param authorization the header, where there is one
   */
  Optional<CreditService> authenticate(@Nullable String authorization) {
    return BearerToken.read(authorization)
        .flatMap(AccessKey::read)
        .filter(key -> key.network().equals(network))
        .flatMap(key -> remembered.get(SecretHash.of(key.text()), hash -> find(key.id(), hash)));
  }

  private Optional<CreditService> find(KeyId id, SecretHash presented) {
    return database
        .call(connection -> services.byToken(connection, id))
        .filter(known -> known.sha256().isSameAs(presented))
        .map(Known::service);
  }

  private void audit(
      Connection connection, Instant now, Action action, String service, String detail)
      throws SQLException {
    audit.add(connection, new AuditEntry(now, action, "service " + service, "token " + detail));
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
