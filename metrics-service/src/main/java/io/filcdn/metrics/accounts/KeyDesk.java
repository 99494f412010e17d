package io.filcdn.metrics.accounts;

import io.filcdn.common.access.AccessKey;
import io.filcdn.common.access.AccessKeyRecord;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.access.KeyLimits;
import io.filcdn.common.access.KeySecret;
import io.filcdn.common.chain.Address;
import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.audit.PostgresAudit;
import io.filcdn.metrics.quota.PostgresKeyUsage;
import io.filcdn.metrics.quota.PostgresKeyUsage.Used;
import io.filcdn.service.database.Database;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The desk where payers make, rotate and revoke keys. Each change is one transaction, and waits in
 * it to be told to edges.
 */
public final class KeyDesk {

  private final Database database;
  private final PostgresKeys keys = new PostgresKeys();
  private final PostgresKeyUsage usage = new PostgresKeyUsage();
  private final PostgresAudit audit = new PostgresAudit();
  private final Rules rules;
  private final Clock clock;
  private final SecureRandom random;

  /**
   * The rules of keys.
   *
   * @param network that is written into keys
   * @param perPayer keys of a payer, those included that ended and are not forgotten
   * @param keepEnded the time after which a key that ended is forgotten
   */
  public record Rules(String network, int perPayer, Duration keepEnded) {}

  public KeyDesk(Database database, Rules rules, Clock clock, SecureRandom random) {
    this.database = database;
    this.rules = rules;
    this.clock = clock;
    this.random = random;
  }

  /** The end of an attempt to change a key. */
  public sealed interface Outcome {

    /** A key with a new secret, which nobody can show again. */
    record Issued(AccessKey key, KeyView view) implements Outcome {}

    record Refused(KeyRefusal reason) implements Outcome {}
  }

  /** Makes a key. */
  public Outcome make(Address payer, NewKey wanted) {
    Instant now = now();
    if (wanted.expires().filter(end -> !end.isAfter(now)).isPresent()) {
      return new Outcome.Refused(KeyRefusal.EXPIRY_PAST);
    }
    AccessKey key = AccessKey.generate(rules.network(), KeyId.random(random), random);
    AccessKeyRecord record =
        new AccessKeyRecord(
            key.id(),
            payer,
            List.of(new KeySecret(key.hash(), Optional.empty())),
            wanted.scopes(),
            wanted.limits().orElse(KeyLimits.NONE),
            now,
            wanted.expires(),
            Optional.empty(),
            1);
    return database.call(
        connection -> {
          PayerLock.takeIn(connection, payer);
          if (keys.hasName(connection, payer, wanted.name())) {
            return new Outcome.Refused(KeyRefusal.NAME_TAKEN);
          }
          // what has ended makes room: its tombstone closes it as well
          boolean room =
              keys.count(connection, payer) < rules.perPayer()
                  || keys.forgetFirst(connection, payer, now);
          return !room
              ? new Outcome.Refused(KeyRefusal.TOO_MANY_KEYS)
              : new Outcome.Issued(
                  key,
                  KeyView.of(keys.add(connection, wanted.name(), record), Used.NONE, day(now)));
        });
  }

  /** Gives a key another secret, besides which those before it are good for a while. */
  public Outcome rotate(Address payer, KeyId id, Rotation rotation) {
    Instant now = now();
    AccessKey key = AccessKey.generate(rules.network(), id, random);
    return database.call(
        connection -> {
          Optional<StoredKey> found = locked(connection, payer, id);
          return found.isPresent()
              ? rotate(connection, found.get(), key, now, now.plus(rotation.time()))
              : new Outcome.Refused(KeyRefusal.KEY_UNKNOWN);
        });
  }

  private Outcome rotate(
      Connection connection, StoredKey found, AccessKey key, Instant now, Instant until)
      throws SQLException {
    AccessKeyRecord record = found.record();
    if (record.revoked().isPresent() || record.hasExpired(now)) {
      return new Outcome.Refused(KeyRefusal.KEY_ENDED);
    }
    boolean overlaps = until.isAfter(now);
    if (overlaps && record.goodSecrets(now).size() >= AccessKeyRecord.MOST_SECRETS) {
      return new Outcome.Refused(KeyRefusal.TOO_MANY_SECRETS);
    }
    StoredKey changed = found.with(record.rotated(key.hash(), now, until));
    keys.update(connection, changed);
    return new Outcome.Issued(key, views(connection, List.of(changed)).getFirst());
  }

  /** Takes a key back, for ever; one that was is left as it is. False where the payer has none. */
  public boolean revoke(Address payer, KeyId id) {
    Instant now = now();
    return database.call(
        connection -> {
          Optional<StoredKey> found = locked(connection, payer, id);
          if (found.isPresent()) {
            revoke(connection, found.get(), now);
          }
          return found.isPresent();
        });
  }

  /**
   * Takes any payer's key back, with an entry in the audit; empty where there is none.
   *
   * @param why for the audit
   */
  public Optional<StoredKey> revokeForOperator(KeyId id, String why) {
    Instant now = now();
    return database.call(
        connection -> {
          Optional<StoredKey> found = keys.findAndLock(connection, id);
          if (found.isEmpty()) {
            return found;
          }
          StoredKey revoked = revoke(connection, found.get(), now);
          String detail = "of %s: %s".formatted(revoked.record().payer(), why);
          audit.add(
              connection,
              new AuditEntry(now, AuditEntry.Action.KEY_REVOKED, id.toString(), detail));
          return Optional.of(revoked);
        });
  }

  private StoredKey revoke(Connection connection, StoredKey found, Instant now)
      throws SQLException {
    if (found.record().revoked().isPresent()) {
      return found;
    }
    StoredKey changed = found.with(found.record().revokedAt(now));
    keys.update(connection, changed);
    return changed;
  }

  /** A key of a payer. */
  public Optional<StoredKey> find(Address payer, KeyId id) {
    return database
        .call(connection -> keys.find(connection, id))
        .filter(key -> key.record().payer().equals(payer));
  }

  /** At most {@code limit} keys of a payer with numbers below {@code before}, the newest first. */
  public List<StoredKey> list(Address payer, long before, int limit) {
    return database.call(connection -> keys.list(connection, payer, before, limit));
  }

  /** Keys as their payer sees them, with what they used. */
  public List<KeyView> views(List<StoredKey> stored) {
    return database.call(connection -> views(connection, stored));
  }

  private List<KeyView> views(Connection connection, List<StoredKey> stored) throws SQLException {
    LocalDate today = day(clock.instant());
    List<KeyId> ids = stored.stream().map(key -> key.record().id()).toList();
    Map<KeyId, Used> used = usage.used(connection, ids, today);
    return stored.stream()
        .map(key -> KeyView.of(key, used.getOrDefault(key.record().id(), Used.NONE), today))
        .toList();
  }

  /** A key as its payer sees it, with what it used. */
  public KeyView view(StoredKey stored) {
    return views(List.of(stored)).getFirst();
  }

  /** Forgets keys that ended long ago. */
  void forget() {
    Instant then = clock.instant().minus(rules.keepEnded());
    database.run(connection -> keys.forget(connection, then));
  }

  private Optional<StoredKey> locked(Connection connection, Address payer, KeyId id)
      throws SQLException {
    return keys.findAndLock(connection, id).filter(key -> key.record().payer().equals(payer));
  }

  private static LocalDate day(Instant now) {
    return LocalDate.ofInstant(now, ZoneOffset.UTC);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
