package io.filcdn.indexer.publish;

import io.filcdn.common.kafka.Topic;
import io.filcdn.service.database.Columns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The table of what is to be published. It holds the newest state of each key only, so it cannot
 * grow beyond the index, however long Kafka is away.
 */
public final class Outbox {

  private final Connection connection;

  public Outbox(Connection connection) {
    this.connection = connection;
  }

  /**
   * A record to publish.
   *
   * @param value empty for a tombstone
   * @param version orders the records, and tells a row from one that has replaced it
   */
  public record Message(Topic topic, String key, Optional<String> value, long version) {}

  /** Adds messages, each of another key; each replaces what is there for its key. */
  public void put(Collection<Message> messages) throws SQLException {
    if (messages.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into outbox (topic, key, value, version) select * from unnest(?, ?, ?, ?)
            on conflict (topic, key)
              do update set value = excluded.value, version = excluded.version""")) {
      Columns.of(insert, messages)
          .text(message -> message.topic().name())
          .text(Message::key)
          .text(message -> message.value().orElse(null))
          .bigint(Message::version);
      insert.executeUpdate();
    }
  }

  /** The oldest messages. */
  public List<Message> first(int limit) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select topic, key, value, version from outbox order by version limit ?")) {
      select.setInt(1, limit);
      List<Message> messages = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          messages.add(
              new Message(
                  Topic.valueOf(rows.getString("topic")),
                  rows.getString("key"),
                  Optional.ofNullable(rows.getString("value")),
                  rows.getLong("version")));
        }
      }
      return messages;
    }
  }

  /** Removes messages that were published, unless a newer state of their key has come meanwhile. */
  public void remove(Collection<Message> published) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("delete from outbox where version = any (?)")) {
      delete.setArray(
          1,
          connection.createArrayOf(
              "bigint", published.stream().map(Message::version).toArray(Long[]::new)));
      delete.executeUpdate();
    }
  }

  /** The number of messages that wait, counted no further than {@code limit}. */
  public int waiting(int limit) throws SQLException {
    try (PreparedStatement count =
        connection.prepareStatement(
            "select count(*) from (select 1 from outbox limit ?) as counted")) {
      count.setInt(1, limit);
      try (ResultSet row = count.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }
}
