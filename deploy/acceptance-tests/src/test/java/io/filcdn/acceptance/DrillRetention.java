package io.filcdn.acceptance;

import io.filcdn.common.kafka.Topic;
import io.filcdn.testing.infra.TopicContents;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Kafka's retention: it forgets what all who read a topic have read. Of the services metrics alone
 * reads these; who compares in the end does too.
 */
final class DrillRetention {

  private static final List<Topic> TOPICS =
      List.of(Topic.EGRESS, Topic.RETRIEVALS, Topic.SETTLEMENT);
  private static final String READ =
      "select partition, next_offset from intake_offset where topic = ?";
  private static final int SECONDS = 8;

  private final Stack stack;
  private final TopicContents egress;
  private final Map<TopicPartition, Long> forgotten = new HashMap<>();

  /**
   * @param egress what remembers the records of edges
   */
  DrillRetention(Stack stack, TopicContents egress) {
    this.stack = stack;
    this.egress = egress;
  }

  /** Has Kafka forget; tells what kept it from that, for a person, or nothing. */
  String forget() {
    Map<TopicPartition, Long> read = new HashMap<>();
    try (Connection metrics = DriverManager.getConnection(stack.jdbcUrl("metrics"))) {
      for (Topic topic : TOPICS) {
        read.putAll(read(metrics, topic.topicName()));
      }
    } catch (SQLException e) {
      return "" + e.getMessage();
    }
    Map<String, Object> settings = new HashMap<>(stack.kafka());
    settings.put("default.api.timeout.ms", SECONDS * 1_000);
    settings.put("request.timeout.ms", SECONDS * 1_000 / 2);
    try (Admin kafka = Admin.create(settings)) {
      egress.read();
      Map<TopicPartition, RecordsToDelete> upTo = new HashMap<>();
      read.forEach((partition, next) -> upTo.put(partition, RecordsToDelete.beforeOffset(next)));
      kafka.deleteRecords(upTo).all().get();
      forgotten.putAll(read);
      return "";
    } catch (ExecutionException | KafkaException e) {
      return "" + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Map<TopicPartition, Long> read(Connection metrics, String topic)
      throws SQLException {
    Map<TopicPartition, Long> read = new HashMap<>();
    try (PreparedStatement statement = metrics.prepareStatement(READ)) {
      statement.setString(1, topic);
      ResultSet rows = statement.executeQuery();
      while (rows.next()) {
        read.put(new TopicPartition(topic, rows.getInt(1)), rows.getLong(2));
      }
    }
    return read;
  }

  /** How many records are forgotten. */
  long records() {
    return forgotten.values().stream().mapToLong(Long::longValue).sum();
  }
}
