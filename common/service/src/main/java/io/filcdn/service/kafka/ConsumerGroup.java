package io.filcdn.service.kafka;

import java.util.UUID;

/**
 * The consumer group of a topic follower.
 *
 * @param isShared true where the processes of a service share the group and so the partitions;
 *     Kafka keeps its offsets too
 */
public record ConsumerGroup(String name, boolean isShared) {

  /** The group that all processes of a service share. */
  public static ConsumerGroup shared(String name) {
    return new ConsumerGroup(name, true);
  }

  /**
   * A group of this process alone, which so reads all partitions; its offsets stay out of Kafka.
   */
  public static ConsumerGroup ofOneProcess(String prefix) {
    return new ConsumerGroup(prefix + "-" + UUID.randomUUID(), false);
  }
}
