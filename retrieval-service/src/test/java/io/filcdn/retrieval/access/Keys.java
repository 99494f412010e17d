package io.filcdn.retrieval.access;

import io.filcdn.common.access.AccessKey;
import io.filcdn.common.access.AccessKeyRecord;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.access.KeyLimits;
import io.filcdn.common.access.KeyScope;
import io.filcdn.common.access.KeySecret;
import io.filcdn.common.access.SecretHash;
import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Keys and their records, as metrics makes them. */
public final class Keys {

  /** The time at which all of them were made. */
  public static final Instant MADE = Instant.parse("2026-11-01T00:00:00Z");

  private static final SecureRandom RANDOM = new SecureRandom();

  private Keys() {}

  /** A new key of a network. */
  public static AccessKey of(String network) {
    return AccessKey.generate(network, KeyId.random(RANDOM), RANDOM);
  }

  /** A key of the devnet. */
  public static AccessKey key() {
    return of("devnet");
  }

  /** Another secret of a key. */
  public static AccessKey another(AccessKey key) {
    return AccessKey.generate(key.network(), key.id(), RANDOM);
  }

  /** Limits, as a request spells them. */
  public static KeyLimits limits(String json) {
    return RecordJson.readStrictly(json, KeyLimits.class);
  }

  /** The record of a key for fetching pieces. */
  public static AccessKeyRecord record(AccessKey key, Address payer, KeyLimits limits) {
    return record(key, payer, Set.of(KeyScope.DOWNLOAD), limits, Optional.empty());
  }

  /** The record of a key. */
  public static AccessKeyRecord record(
      AccessKey key,
      Address payer,
      Set<KeyScope> scopes,
      KeyLimits limits,
      Optional<Instant> expires) {
    return new AccessKeyRecord(
        key.id(),
        payer,
        List.of(new KeySecret(SecretHash.of(key.text()), Optional.empty())),
        scopes,
        limits,
        MADE,
        expires,
        Optional.empty(),
        1);
  }
}
