package io.filcdn.retrieval.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.access.AccessKey;
import io.filcdn.common.access.AccessKeyRecord;
import io.filcdn.common.access.KeyLimits;
import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessReplicaTest {

  private static final String TOPIC = Topic.KEYS.topicName();
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
  private static final Address PAYER = Address.of("0x" + "aa".repeat(20));

  @TempDir Path folder;
  private AccessReplica replica;
  private long offset;

  private final AccessKey key = Keys.key();
  private final AccessKeyRecord first = Keys.record(key, PAYER, KeyLimits.NONE);
  private final AccessKeyRecord second = first.revokedAt(NOW);

  @BeforeEach
  void open() {
    replica = AccessReplica.open(folder);
  }

  @AfterEach
  void close() {
    replica.close();
  }

  private ConsumerRecord<String, String> told(@Nullable String value) {
    return new ConsumerRecord<>(TOPIC, 0, offset++, key.id().text(), value);
  }

  private static String json(AccessKeyRecord record) {
    return RecordJson.write(record);
  }

  private void apply(List<ConsumerRecord<String, String>> records) {
    replica.apply(records, Map.of(PARTITION, offset), NOW);
  }

  private void tell(@Nullable String value) {
    apply(List.of(told(value)));
  }

  private KeyLookup found() {
    return replica.find(key.id());
  }

  @Test
  void theHigherVersionStaysWhateverComesLast() {
    assertThat(found()).isEqualTo(KeyLookup.UNKNOWN);
    tell(json(second));
    tell(json(first));
    assertThat(found()).isEqualTo(new KeyLookup.Known(second));

    tell(null);
    assertThat(found()).isEqualTo(KeyLookup.UNKNOWN);

    apply(List.of(told(json(second)), told(json(first))));
    assertThat(found()).isEqualTo(new KeyLookup.Known(second));
  }

  @Test
  void whatWasLookedUpIsLookedUpAnewOnceItChanged() {
    tell(json(first));
    assertThat(replica.keys().atHand(key.id())).isEmpty();
    assertThat(found()).isEqualTo(new KeyLookup.Known(first));
    assertThat(replica.keys().atHand(key.id())).contains(new KeyLookup.Known(first));

    tell(json(second));

    assertThat(replica.keys().atHand(key.id())).isEmpty();
    assertThat(found()).isEqualTo(new KeyLookup.Known(second));
  }

  /** A limit that this edge does not know must not be read as none. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"scopes\":[\"download\"],\"limits\":{\"countries\":[\"AQ\"]}",
        "\"scopes\":[\"download\"],\"limits\":{\"bytes\":{\"soft\":\"1\"}}",
        "\"scopes\":[\"download\"],\"limits\":{\"origins\":\"anyone\"}",
        "\"scopes\":[\"download\"],\"limits\":null",
        "\"scopes\":[\"download\",\"stream\"],\"limits\":{}"
      })
  void whatIsNotUnderstoodIsRefusedThoughAnEarlierRecordWas(String changed) {
    tell(json(first));
    String newer =
        json(first)
            .replace("\"scopes\":[\"download\"],\"limits\":{}", changed)
            .replace("\"version\":1", "\"version\":7");

    tell(newer);
    tell(json(second));

    assertThat(found()).isEqualTo(KeyLookup.NOT_UNDERSTOOD);
  }

  @ParameterizedTest
  @ValueSource(strings = {"no JSON", "{}", "[]", "{\"version\":-1}", "\"\""})
  void whatIsNoRecordClosesTheKeyUntilItIsToldOfAnew(String nonsense) {
    tell(json(first));
    tell(nonsense);
    assertThat(found()).isEqualTo(KeyLookup.NOT_UNDERSTOOD);

    tell(json(first));
    assertThat(found()).isEqualTo(new KeyLookup.Known(first));
  }

  @Test
  void aRecordOfAnotherKeyOpensNothing() {
    tell(json(Keys.record(Keys.key(), PAYER, KeyLimits.NONE)));

    assertThat(found()).isEqualTo(KeyLookup.NOT_UNDERSTOOD);
  }

  @Test
  void aKeyThatIsNoneIsPassedOverAndTheOthersAreTaken() {
    apply(
        List.of(new ConsumerRecord<>(TOPIC, 0, offset++, "no id", json(first)), told(json(first))));

    assertThat(found()).isEqualTo(new KeyLookup.Known(first));
    assertThat(replica.offsets()).isEqualTo(Map.of(PARTITION, 2L));
  }

  @Test
  void aRestartGoesOnWhereItStoppedAndClearingForgets() {
    tell(json(first));
    replica.close();
    replica = AccessReplica.open(folder);

    assertThat(replica.offsets()).isEqualTo(Map.of(PARTITION, 1L));
    assertThat(replica.followedAt()).contains(NOW);
    assertThat(found()).isEqualTo(new KeyLookup.Known(first));

    replica.clear();
    assertThat(found()).isEqualTo(KeyLookup.UNKNOWN);
    assertThat(replica.offsets()).isEmpty();
    assertThat(replica.followedAt()).isEmpty();
  }
}
