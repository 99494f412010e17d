package io.filcdn.metrics;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.service.kafka.SourceRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What many edges send, from a seed, and what it must add up to: counted here by the plainest means
 * while it is made.
 */
final class Simulation {

  static final int DATA_SETS = 8;

  /** A record too large to be true, or with a row that makes no sense. */
  private static final double NONSENSE = 0.03;

  private final Random random;
  private final List<SourceRecord> sent = new ArrayList<>();
  private final Map<Long, long[]> odometers = new TreeMap<>();
  private final Map<String, long[]> unbilled = new TreeMap<>();
  private final TreeSet<Long> deadOffsets = new TreeSet<>();

  Simulation(long seed, int journals, int partitions, long flushes) {
    random = new Random(seed);
    for (int journal = 1; journal <= journals; journal++) {
      for (int partition = 0; partition < partitions; partition++) {
        for (long sequence = 1; sequence <= flushes; sequence++) {
          send(seed * 1000 + journal, partition, sequence);
        }
      }
    }
  }

  private void send(long journal, int partition, long sequence) {
    List<EgressRow> rows = new ArrayList<>();
    boolean nonsense = random.nextDouble() < NONSENSE;
    for (int i = random.nextInt(6); i >= 0; i--) {
      rows.add(row(!nonsense));
    }
    if (nonsense) {
      deadOffsets.add((long) sent.size());
      rows.add(Samples.hit(1, 1L << 50));
    }
    EgressRecord flush =
        Samples.flushUntil(
            Samples.NOON.plus(Duration.ofMillis(random.nextInt(60_000))),
            Samples.journal(journal),
            partition,
            sequence,
            rows.toArray(EgressRow[]::new));
    sent.add(TestStack.source(partition, sent.size(), RecordJson.write(flush)));
  }

  private EgressRow row(boolean counts) {
    long dataSet = 1L + random.nextInt(DATA_SETS);
    long bytes = random.nextLong(1L << 32);
    long requests = random.nextLong(100);
    return switch (random.nextInt(4)) {
      case 0 -> {
        count(counts, odometers, dataSet, 0, bytes, 0, 0);
        yield Samples.fill(dataSet, bytes);
      }
      case 1 -> {
        EgressRow.Reason reason = pick(EgressRow.Reason.values());
        count(counts, unbilled, "fwss/" + dataSet + " " + reason, requests, bytes);
        yield Samples.unbilled(dataSet, reason, requests, bytes);
      }
      default -> {
        CacheOutcome cache = pick(CacheOutcome.values());
        long misses = cache == CacheOutcome.MISS ? requests : 0;
        count(counts, odometers, dataSet, bytes, 0, requests, misses);
        yield Samples.egress(dataSet, cache, requests, bytes);
      }
    };
  }

  private <T> T pick(T[] values) {
    return values[random.nextInt(values.length)];
  }

  private static <K> void count(boolean counts, Map<K, long[]> sums, K key, long... added) {
    if (counts) {
      long[] sum = sums.computeIfAbsent(key, _ -> new long[added.length]);
      for (int i = 0; i < added.length; i++) {
        sum[i] += added[i];
      }
    }
  }

  /** Everything that was sent, in batches of any size, each up to three times, in any order. */
  List<List<SourceRecord>> delivered() {
    List<SourceRecord> all = new ArrayList<>(sent);
    for (SourceRecord record : sent) {
      for (int again = random.nextInt(3); again > 0; again--) {
        all.add(record);
      }
    }
    Collections.shuffle(all, random);
    List<List<SourceRecord>> batches = new ArrayList<>();
    for (int from = 0; from < all.size(); ) {
      int to = Math.min(all.size(), from + 1 + random.nextInt(60));
      batches.add(List.copyOf(all.subList(from, to)));
      from = to;
    }
    return batches;
  }

  /** The flushes that were sent and are no nonsense, lane by lane. */
  List<SourceRecord> sent() {
    return List.copyOf(sent);
  }

  /** As {@code data_set cdn_bytes cache_miss_bytes requests cache_miss_requests}. */
  List<String> odometers() {
    return odometers.entrySet().stream()
        .map(e -> "fwss/" + e.getKey() + joined(e.getValue()))
        .toList();
  }

  /** As {@code data_set reason requests bytes}. */
  List<String> unbilled() {
    return unbilled.entrySet().stream().map(e -> e.getKey() + joined(e.getValue())).toList();
  }

  /** As {@code data_set cdn_bytes cache_miss_bytes}. */
  List<String> usage() {
    return odometers.entrySet().stream()
        .map(e -> "fwss/%d %d %d".formatted(e.getKey(), e.getValue()[0], e.getValue()[1]))
        .toList();
  }

  /** The offsets of the records that make no sense. */
  List<Long> deadOffsets() {
    return List.copyOf(deadOffsets);
  }

  private static String joined(long[] sums) {
    StringBuilder text = new StringBuilder();
    for (long sum : sums) {
      text.append(' ').append(sum);
    }
    return text.toString();
  }
}
