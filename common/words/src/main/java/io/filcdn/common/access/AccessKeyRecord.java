package io.filcdn.common.access;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.chain.Address;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A key on {@code filcdn.access.keys}: all that is known of it, and nothing by which it can be
 * used. A tombstone says that nobody needs to know of it any more.
 *
 * @param payer whose key it is
 * @param secrets the newest last; at least one
 * @param scopes what it is for; at least one
 * @param expires when it ends; absent where it does not by itself
 * @param revoked when it was taken back
 * @param version counts the key's changes, from 1: of two records the higher is the newer
 */
public record AccessKeyRecord(
    KeyId id,
    Address payer,
    List<KeySecret> secrets,
    Set<KeyScope> scopes,
    KeyLimits limits,
    Instant created,
    Optional<Instant> expires,
    Optional<Instant> revoked,
    long version) {

  /** The most secrets that are good at a time. */
  public static final int MOST_SECRETS = 4;

  public AccessKeyRecord {
    requireNonNull(id, "id is missing");
    requireNonNull(payer, "payer is missing");
    secrets = List.copyOf(requireNonNull(secrets, "secrets is missing"));
    requireNonNull(scopes, "scopes is missing");
    requireNonNull(limits, "limits is missing");
    requireNonNull(created, "created is missing");
    if (secrets.isEmpty() || secrets.size() > MOST_SECRETS || scopes.isEmpty() || version < 1) {
      throw new IllegalArgumentException(
          "expected 1 to %d secrets, a scope and a version from 1, found %d, %d and %d"
              .formatted(MOST_SECRETS, secrets.size(), scopes.size(), version));
    }
    scopes = Collections.unmodifiableSet(EnumSet.copyOf(scopes));
  }

  /**
   * The answer to who presents {@code key}. What becomes of the key is told only to who has its
   * secret.
   */
  public KeyStanding standing(AccessKey key, Instant now) {
    if (!isSecret(key, now) || !key.id().equals(id)) {
      return KeyStanding.SECRET_UNKNOWN;
    }
    if (revoked.isPresent()) {
      return KeyStanding.REVOKED;
    }
    return hasExpired(now) ? KeyStanding.EXPIRED : KeyStanding.GOOD;
  }

  /** Loops: each request with a key passes here. */
  private boolean isSecret(AccessKey key, Instant now) {
    boolean known = false;
    for (KeySecret secret : secrets) {
      known |= secret.sha256().isSameAs(key.hash()) && secret.isGood(now);
    }
    return known;
  }

  /** True where its time is over. */
  public boolean hasExpired(Instant now) {
    return expires.filter(end -> !now.isBefore(end)).isPresent();
  }

  /** The secrets that are good. */
  public List<KeySecret> goodSecrets(Instant now) {
    return secrets.stream().filter(secret -> secret.isGood(now)).toList();
  }

  /**
   * The key with another secret, besides which those before it are good for a while.
   *
   * @param until when they end
   * @throws IllegalArgumentException where more than {@link #MOST_SECRETS} would be good
   */
  public AccessKeyRecord rotated(SecretHash next, Instant now, Instant until) {
    List<KeySecret> all = new ArrayList<>();
    if (until.isAfter(now)) {
      goodSecrets(now).forEach(secret -> all.add(secret.until(until)));
    }
    all.add(new KeySecret(next, Optional.empty()));
    return new AccessKeyRecord(
        id, payer, all, scopes, limits, created, expires, revoked, version + 1);
  }

  /** The key as taken back. */
  public AccessKeyRecord revokedAt(Instant now) {
    return new AccessKeyRecord(
        id, payer, secrets, scopes, limits, created, expires, Optional.of(now), version + 1);
  }

  /** The record's key on its topic. */
  public String key() {
    return id.toString();
  }
}
