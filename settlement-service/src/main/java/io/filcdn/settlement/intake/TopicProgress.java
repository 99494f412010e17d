package io.filcdn.settlement.intake;

import io.filcdn.common.kafka.Topic;
import io.filcdn.service.kafka.TopicFollower.Stretch;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * The progress of reading the topics. The offsets are kept with the records in the database, not in
 * Kafka: a database that was lost reads everything again. Until all is read that was there when
 * this process came, an odometer can be older than a report of it, and nothing is planned.
 */
@ApplicationScoped
public class TopicProgress {

  private static final List<Topic> READ = List.of(Topic.USAGE, Topic.DATA_SETS, Topic.PAYERS);

  /**
   * The progress in a partition: where it stood when it was assigned, and what was read of it
   * since.
   */
  private record Progress(long next, long target) {

    boolean isComplete() {
      return next >= target;
    }

    Progress at(long offset) {
      return new Progress(offset, target);
    }
  }

  /** Guarded by this. */
  private final Map<TopicPartition, Progress> partitions = new HashMap<>();

  /** All at once: with only some of a topic's partitions it would look as if all were read. */
  synchronized void assigned(String topic, Map<Integer, Stretch> assigned) {
    assigned.forEach(
        (partition, unread) ->
            partitions.put(
                new TopicPartition(topic, partition), new Progress(unread.from(), unread.end())));
  }

  synchronized void readUpTo(String topic, Map<Integer, Long> next) {
    next.forEach(
        (partition, offset) ->
            partitions.computeIfPresent(
                new TopicPartition(topic, partition), (_, progress) -> progress.at(offset)));
  }

  /**
   * The lag that is still to be read before anything can be planned, in one line; empty where there
   * is none.
   */
  public synchronized Optional<String> lag() {
    for (Topic topic : READ) {
      if (partitions.keySet().stream().noneMatch(p -> p.topic().equals(topic.topicName()))) {
        return Optional.of(
            "expected the partitions of %s, found none yet".formatted(topic.topicName()));
      }
    }
    return partitions.entrySet().stream()
        .filter(entry -> !entry.getValue().isComplete())
        .findFirst()
        .map(
            entry ->
                "expected to have read %s up to offset %d, found %d"
                    .formatted(entry.getKey(), entry.getValue().target(), entry.getValue().next()));
  }
}
