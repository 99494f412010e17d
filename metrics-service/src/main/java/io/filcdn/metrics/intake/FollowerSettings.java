package io.filcdn.metrics.intake;

import java.time.Duration;

/**
 * The settings by which a topic is followed.
 *
 * @param group the consumer group, which all processes of this service share
 * @param maxRecords a batch ends with the first poll that reaches it; it is at most twice as long
 * @param maxBytes likewise for the size of its values
 * @param maxWait a batch ends after that time, whatever is in it
 * @param longestPause after repeated failures pauses double up to this
 */
public record FollowerSettings(
    String topic,
    String group,
    int maxRecords,
    int maxBytes,
    Duration maxWait,
    Duration longestPause) {}
