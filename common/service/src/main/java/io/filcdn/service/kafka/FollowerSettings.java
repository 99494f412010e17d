package io.filcdn.service.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;

/**
 * The settings by which a topic is followed.
 *
 * @param maxRecords a batch ends with the first poll that reaches it; it is at most twice as long
 * @param maxBytes likewise for the size of its values
 * @param maxWait a batch ends after that time, whatever is in it
 * @param longestPause after repeated failures pauses double up to this
 */
public record FollowerSettings(
    String topic,
    ConsumerGroup group,
    int maxRecords,
    int maxBytes,
    Duration maxWait,
    Duration longestPause) {

  private static final int SESSION_MILLIS = 10_000;

  /**
   * The settings of a consumer.
   *
   * @param kafka how to reach the brokers
   */
  Map<String, Object> consumer(Map<String, Object> kafka) {
    Map<String, Object> all = new HashMap<>(kafka);
    all.put(ConsumerConfig.GROUP_ID_CONFIG, group.name());
    all.put(ConsumerConfig.CLIENT_ID_CONFIG, group.name());
    all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    all.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, maxRecords);
    all.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, maxBytes);
    all.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    // after a kill -9 nobody reads for this long
    all.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_MILLIS);
    return all;
  }
}
