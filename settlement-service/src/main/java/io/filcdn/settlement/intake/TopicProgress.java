package io.filcdn.settlement.intake;

import io.filcdn.common.kafka.Topic;
import io.filcdn.settlement.replica.TopicTables;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Default;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * The progress of reading the topics. The offsets are kept with the records in the database, not in
 * Kafka: a database that was lost reads everything again. Until all is read that was there when
 * this process came, an odometer can be older than a report of it, and nothing is planned.
 */
@ApplicationScoped
@Default
@Identifier(TopicProgress.NAME)
public class TopicProgress implements KafkaConsumerRebalanceListener {

  static final String NAME = "settlement-topics";

  private static final Logger LOG = Logger.getLogger(TopicProgress.class);
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

  private final TopicTables tables;

  /** Guarded by this. */
  private final Map<TopicPartition, Progress> partitions = new HashMap<>();

  TopicProgress(TopicTables tables) {
    this.tables = tables;
  }

  /** Goes to where the database stands, on Kafka's polling thread. */
  @Override
  public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> assigned) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(assigned);
    Map<TopicPartition, Progress> all = new HashMap<>();
    ends.forEach(
        (partition, end) -> {
          long next = stored(partition).filter(offset -> offset <= end).orElse(0L);
          if (next > 0) {
            consumer.seek(partition, next);
          } else {
            // also where the topic was made anew and is shorter than what was read of the old one
            consumer.seekToBeginning(List.of(partition));
          }
          all.put(partition, new Progress(next, end));
          LOG.infof(
              "reading topic=%s partition=%d from=%d end=%d",
              partition.topic(), partition.partition(), next, end);
        });
    add(all);
  }

  /** All at once: with only some of a topic's partitions it would look as if all were read. */
  private synchronized void add(Map<TopicPartition, Progress> assigned) {
    partitions.putAll(assigned);
  }

  private Optional<Long> stored(TopicPartition partition) {
    return QuarkusTransaction.requiringNew()
        .call(() -> tables.nextOffset(partition.topic(), partition.partition()));
  }

  synchronized void readUpTo(TopicPartition partition, long next) {
    partitions.computeIfPresent(partition, (_, progress) -> progress.at(next));
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
