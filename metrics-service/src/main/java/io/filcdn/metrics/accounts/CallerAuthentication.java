package io.filcdn.metrics.accounts;

import io.filcdn.common.access.AccessKey;
import io.filcdn.common.access.KeyScope;
import io.filcdn.common.access.KeyStanding;
import io.filcdn.common.chain.Address;
import io.filcdn.service.auth.BearerToken;
import io.filcdn.service.database.Database;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The check of whose keys a call is about: of the payer who is signed in, or whose key with the
 * scope {@code admin} it carries. What has the form of neither costs no look-up.
 */
public final class CallerAuthentication {

  private final Database database;
  private final String network;
  private final Clock clock;
  private final PostgresSessions sessions = new PostgresSessions();
  private final PostgresKeys keys = new PostgresKeys();

  /**
   * @param network for which keys have to be
   */
  CallerAuthentication(Database database, String network, Clock clock) {
    this.database = database;
    this.network = network;
    this.clock = clock;
  }

  /**
   * The payer.
   *
   * @param authorization the header, where there is one
   */
  public Optional<Address> payer(@Nullable String authorization) {
    Optional<String> token = BearerToken.read(authorization);
    return token
        .flatMap(SessionToken::read)
        .flatMap(this::signedIn)
        .or(() -> token.flatMap(AccessKey::read).flatMap(this::administrator));
  }

  /** Ends the session whose token the header has; true where that has the form of one. */
  public boolean signOut(@Nullable String authorization) {
    Optional<SessionToken> token = BearerToken.read(authorization).flatMap(SessionToken::read);
    token.ifPresent(known -> database.run(connection -> sessions.end(connection, known.hash())));
    return token.isPresent();
  }

  private Optional<Address> signedIn(SessionToken token) {
    return database.call(connection -> sessions.payer(connection, token.hash(), clock.instant()));
  }

  private Optional<Address> administrator(AccessKey key) {
    if (!key.network().equals(network)) {
      return Optional.empty();
    }
    return database
        .call(connection -> keys.find(connection, key.id()))
        .map(StoredKey::record)
        .filter(record -> record.standing(key, clock.instant()) == KeyStanding.GOOD)
        .filter(record -> record.scopes().contains(KeyScope.ADMIN))
        .map(record -> record.payer());
  }
}
