package io.filcdn.common.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessKeyRecordTest {

  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final Address PAYER = Address.of("0x70997970c51812dc3a010c7d01b50e0d17dc79c8");

  private final SecureRandom secure = new SecureRandom();
  private final AccessKey key = AccessKey.generate("devnet", KeyId.random(secure), secure);

  private AccessKey another() {
    return AccessKey.generate("devnet", key.id(), secure);
  }

  private AccessKeyRecord record(Optional<Instant> expires) {
    return new AccessKeyRecord(
        key.id(),
        PAYER,
        List.of(new KeySecret(SecretHash.of(key.text()), Optional.empty())),
        Set.of(KeyScope.DOWNLOAD),
        KeyLimits.NONE,
        NOON,
        expires,
        Optional.empty(),
        1);
  }

  @Test
  void whoHasTheSecretHearsWhatBecameOfTheKey() {
    AccessKeyRecord record = record(Optional.of(NOON.plusSeconds(10)));

    assertThat(record.standing(key, NOON)).isEqualTo(KeyStanding.GOOD);
    assertThat(record.standing(key, NOON.plusSeconds(10))).isEqualTo(KeyStanding.EXPIRED);
    assertThat(record.revokedAt(NOON).standing(key, NOON)).isEqualTo(KeyStanding.REVOKED);
    assertThat(record.revokedAt(NOON).standing(another(), NOON))
        .isEqualTo(KeyStanding.SECRET_UNKNOWN);
  }

  @Test
  void aSecretOfAnotherIdOpensNothing() {
    AccessKey other = AccessKey.generate("devnet", KeyId.random(secure), secure);
    AccessKeyRecord mixed =
        new AccessKeyRecord(
            key.id(),
            PAYER,
            List.of(new KeySecret(SecretHash.of(other.text()), Optional.empty())),
            Set.of(KeyScope.DOWNLOAD),
            KeyLimits.NONE,
            NOON,
            Optional.empty(),
            Optional.empty(),
            1);

    assertThat(mixed.standing(other, NOON)).isEqualTo(KeyStanding.SECRET_UNKNOWN);
  }

  /** Against a model: the end of each secret that was ever given out. */
  @Test
  void rotationsEndSecretsWhenTheySay() {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      AccessKeyRecord record = record(Optional.empty());
      Map<AccessKey, Instant> ends = new HashMap<>(Map.of(key, Instant.MAX));
      Instant now = NOON;
      for (int step = 0; step < 30; step++) {
        now = now.plusSeconds(random.nextInt(60));
        Instant until = now.plus(Duration.ofSeconds(random.nextInt(120)));
        AccessKey next = another();
        if (record.goodSecrets(now).size() < AccessKeyRecord.MOST_SECRETS) {
          record = record.rotated(SecretHash.of(next.text()), now, until);
          ends.replaceAll((_, end) -> end.isAfter(until) ? until : end);
          ends.put(next, Instant.MAX);
        }
        AccessKeyRecord changed = RecordJson.read(RecordJson.write(record), AccessKeyRecord.class);
        Instant at = now.plusSeconds(random.nextInt(60));
        ends.forEach(
            (secret, end) ->
                assertThat(changed.standing(secret, at))
                    .isEqualTo(at.isBefore(end) ? KeyStanding.GOOD : KeyStanding.SECRET_UNKNOWN));
        now = at;
      }
    }
  }

  @Test
  void aRecordHasNothingThatOpensAnything() {
    String json =
        RecordJson.write(
            record(Optional.empty())
                .rotated(SecretHash.of(another().text()), NOON, NOON.plusSeconds(1)));

    assertThat(json).doesNotContain("fcdn_").doesNotContain(key.text().substring(30));
  }

  @Test
  void secretsAreBounded() {
    AccessKeyRecord four = record(Optional.empty());
    for (int i = 0; i < 3; i++) {
      four = four.rotated(SecretHash.of(another().text()), NOON, NOON.plusSeconds(10));
    }
    AccessKeyRecord full = four;

    assertThat(full.secrets()).hasSize(4);
    assertThat(full.version()).isEqualTo(4);
    assertThatThrownBy(
            () -> full.rotated(SecretHash.of(another().text()), NOON, NOON.plusSeconds(10)))
        .hasMessageStartingWith("expected 1 to 4 secrets");
  }
}
