package io.filcdn.retrieval.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.Ticker;
import io.filcdn.common.access.AccessKey;
import io.filcdn.common.kafka.Topic;
import io.filcdn.retrieval.usage.BestEffortProducer;
import io.filcdn.retrieval.usage.KeyUse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class RegionalSightingsTest {

  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
  private static final AccessKey KEY = Keys.key();

  private final MockProducer<String, String> kafka =
      new MockProducer<>(
          true, new RoundRobinPartitioner(), new StringSerializer(), new StringSerializer());
  private long nanos;
  private final RegionalSightings sightings = in("eu");

  private RegionalSightings in(String region) {
    Ticker ticker = () -> nanos;
    return new RegionalSightings(
        region,
        BestEffortProducer.of(kafka, Topic.SIGHTINGS),
        Clock.fixed(NOW, ZoneOffset.UTC),
        ticker);
  }

  private static Grant by(AccessKey key) {
    return new Grant(
        Optional.of(new KeyUse(key.id(), LocalDate.ofInstant(NOW, ZoneOffset.UTC), List.of())),
        false);
  }

  private void hear(Instant at, String... values) {
    TopicPartition partition = new TopicPartition(Topic.SIGHTINGS.topicName(), 0);
    sightings.apply(
        IntStream.range(0, values.length)
            .mapToObj(i -> record(partition, i, at, values[i]))
            .toList(),
        Map.of(partition, (long) values.length),
        Optional.empty());
  }

  private static ConsumerRecord<String, String> record(
      TopicPartition partition, long offset, Instant at, String value) {
    return new ConsumerRecord<>(
        partition.topic(),
        partition.partition(),
        offset,
        at.toEpochMilli(),
        TimestampType.CREATE_TIME,
        0,
        0,
        KEY.id().toString(),
        value,
        new RecordHeaders(),
        Optional.empty());
  }

  private static String seen(AccessKey key, String region) {
    return "{\"key\":\"%s\",\"region\":\"%s\"}".formatted(key.id(), region);
  }

  @Test
  void aKeyIsToldOfOnceInTenMinutes() {
    for (int i = 0; i < 5; i++) {
      assertThat(sightings.isElsewhere(by(KEY))).isFalse();
    }
    assertThat(kafka.history()).hasSize(1);
    assertThat(kafka.history().getFirst().key()).isEqualTo(KEY.id().toString());
    assertThat(kafka.history().getFirst().value()).isEqualTo(seen(KEY, "eu"));

    nanos += Duration.ofMinutes(11).toNanos();
    assertThat(sightings.isElsewhere(by(KEY))).isFalse();
    assertThat(kafka.history()).hasSize(2);
  }

  @Test
  void oneEdgeTellsForItsRegion() {
    AccessKey old = Keys.key();
    hear(NOW.minusSeconds(1), seen(KEY, "eu"));
    hear(NOW.minusSeconds(601), seen(old, "eu"));

    assertThat(sightings.isElsewhere(by(KEY))).isFalse();
    assertThat(sightings.isElsewhere(by(old))).isFalse();

    assertThat(kafka.history()).hasSize(1);
    assertThat(kafka.history().getFirst().key()).isEqualTo(old.id().toString());
  }

  @Test
  void noMoreThanAHundredAreToldOfAtOnce() {
    for (int i = 0; i < 300; i++) {
      assertThat(sightings.isElsewhere(by(Keys.key()))).isFalse();
    }

    assertThat(kafka.history()).hasSizeBetween(100, 299);
  }

  @Test
  void anotherRegionsSightingCountsForAnHourAndOnesOwnDoesNot() {
    hear(NOW.minusSeconds(60), seen(KEY, "eu"), "no record", "{\"region\":\"us\"}");
    assertThat(sightings.isElsewhere(by(KEY))).isFalse();
    hear(NOW.minusSeconds(3_601), seen(KEY, "us"));
    assertThat(sightings.isElsewhere(by(KEY))).as("too long ago").isFalse();

    hear(NOW.minusSeconds(3_599), seen(KEY, "us"));

    assertThat(sightings.isElsewhere(by(KEY))).isTrue();
    assertThat(sightings.isElsewhere(Grant.PUBLIC)).isFalse();
    nanos += Duration.ofMinutes(61).toNanos();
    assertThat(sightings.isElsewhere(by(KEY))).isFalse();
  }

  @Test
  void aRegionHasAName() {
    assertThatThrownBy(() -> in("here or there"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a region");
  }
}
