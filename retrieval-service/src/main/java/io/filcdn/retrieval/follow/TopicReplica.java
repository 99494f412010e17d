package io.filcdn.retrieval.follow;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * This edge's copy of compacted topics, with the place in them up to which it is. Only its {@link
 * ReplicaFollower} changes it.
 */
public interface TopicReplica {

  /** The next offset of each partition that was followed. */
  Map<TopicPartition, Long> offsets();

  /**
   * The time at which it had all that the topics told; empty for a copy that never had, and where
   * one does not become wrong by what it misses.
   */
  Optional<Instant> followedAt();

  /**
   * Applies records together with the offsets behind them, all or nothing. Of those that cannot be
   * read it takes what is safe.
   *
   * @param complete when it has all that the topics tell; empty where more is known to come
   */
  void apply(
      List<ConsumerRecord<String, String>> records,
      Map<TopicPartition, Long> next,
      Optional<Instant> complete);

  /** Forgets all that the topics will tell again, so that they are read from their beginning. */
  void clear();

  /** The changes that records make; of those that cannot be read the log tells. */
  static <T> List<T> readable(
      List<ConsumerRecord<String, String>> records,
      Function<ConsumerRecord<String, String>, T> read,
      Logger log) {
    List<T> changes = new ArrayList<>(records.size());
    for (ConsumerRecord<String, String> record : records) {
      try {
        changes.add(read.apply(record));
      } catch (IllegalArgumentException e) {
        log.errorf(
            "a record is passed over: %s-%d at %d: %s",
            record.topic(), record.partition(), record.offset(), e.getMessage());
      }
    }
    return changes;
  }
}
