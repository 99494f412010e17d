package io.filcdn.retrieval.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.access.AccessKey;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.testing.bench.BenchReport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A million keys of an edge; run by name: {@code -Dit.test=KeysBench}. */
class KeysBench {

  private static final int KEYS = Integer.getInteger("filcdn.bench.keys", 1_000_000);
  private static final int BATCH = 2_000;
  private static final int LOOKUPS = 100_000;
  private static final TopicPartition PARTITION = new TopicPartition(Topic.KEYS.topicName(), 0);

  /** The record of one key, of which the others differ by their ids. */
  private static final AccessKey KEY = Keys.key();

  private static final String RECORD =
      RecordJson.write(
          Keys.record(
              KEY,
              Address.of("0x" + "aa".repeat(20)),
              Keys.limits(
                  "{\"bytesPerMonth\":\"50000000000\",\"origins\":[\"https://app.example\"]}")));

  @TempDir Path folder;

  @Test
  void aMillionKeys() throws IOException {
    BenchReport report = new BenchReport("keys");
    long began = System.nanoTime();
    try (AccessReplica replica = AccessReplica.open(folder)) {
      for (int i = 0; i < KEYS; i += BATCH) {
        replica.apply(batch(i), Map.of(PARTITION, (long) i + BATCH), Instant.EPOCH);
      }
    }
    report.atMost(30, "applying a million keys", seconds(began), "s");

    long heap = heap();
    began = System.nanoTime();
    try (AccessReplica replica = AccessReplica.open(folder)) {
      assertThat(replica.offsets()).isEqualTo(Map.of(PARTITION, (long) KEYS));
      report.atMost(30, "opening a million keys", seconds(began), "s");
      lookUp(replica, report);
      report.atMost(
          64,
          "heap that they use after 100,000 look-ups",
          (heap() - heap) / (double) (1 << 20),
          "MiB");
    }
    report.note("%,d keys of %d bytes".formatted(KEYS, RECORD.length())).write();
  }

  /** Of keys that are mostly not in memory, and of ids that nobody has. */
  private static void lookUp(AccessReplica replica, BenchReport report) {
    Random random = new Random(7);
    long[] known = new long[LOOKUPS];
    long[] unknown = new long[LOOKUPS];
    for (int i = 0; i < LOOKUPS; i++) {
      long begin = System.nanoTime();
      assertThat(replica.find(id(random.nextInt(KEYS)))).isInstanceOf(KeyLookup.Known.class);
      known[i] = System.nanoTime() - begin;
      begin = System.nanoTime();
      assertThat(replica.find(id(KEYS + i))).isEqualTo(KeyLookup.UNKNOWN);
      unknown[i] = System.nanoTime() - begin;
    }
    Arrays.sort(known);
    Arrays.sort(unknown);
    report
        .value("a look-up, p50", known[LOOKUPS / 2] / 1e3, "µs")
        .atMost(1_000, "a look-up, p99", known[LOOKUPS * 99 / 100] / 1e3, "µs")
        .atMost(1_000, "a look-up of no key, p99", unknown[LOOKUPS * 99 / 100] / 1e3, "µs");
  }

  private static List<ConsumerRecord<String, String>> batch(int first) {
    List<ConsumerRecord<String, String>> records = new ArrayList<>();
    for (int i = first; i < first + BATCH; i++) {
      String id = id(i).text();
      records.add(
          new ConsumerRecord<>(PARTITION.topic(), 0, i, id, RECORD.replace(KEY.id().text(), id)));
    }
    return records;
  }

  private static KeyId id(int number) {
    return KeyId.of("%012d".formatted(number));
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
