package io.filcdn.metrics.intake;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.egress.JournalId;
import io.filcdn.common.kafka.Topic;
import io.filcdn.service.database.Columns;
import io.filcdn.service.kafka.SourceRecord;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The tables of watermarks and of parked records; each method works in the caller's transaction.
 */
public final class PostgresJournals {

  private static final String OPEN =
      """
      insert into watermark (journal, partition)
      select * from unnest(?, ?) as named (journal, partition) order by journal, partition
      on conflict do nothing
      """;

  private static final String LOCK =
      """
      select w.* from watermark w
      join unnest(?, ?) as named (journal, partition) using (journal, partition)
      order by journal, partition
      for update of w
      """;

  private static final String SAVE =
      """
      update watermark w set sequence = moved.sequence, parked = moved.parked
      from unnest(?, ?, ?, ?) as moved (journal, partition, sequence, parked)
      where w.journal = moved.journal and w.partition = moved.partition
      """;

  private static final String PARK =
      """
      insert into parked (journal, partition, sequence, source_partition, source_offset, value)
      select * from unnest(?, ?, ?, ?, ?, ?)
      on conflict do nothing
      """;

  private static final String PARKED_AFTER =
      """
      select sequence, source_partition, source_offset, value from parked
      where journal = ? and partition = ? and sequence > ?
      order by sequence
      """;

  private static final String FORGET =
      "delete from parked where journal = ? and partition = ? and sequence <= ?";

  private static final String BACKLOG =
      """
      select count(*) as journals, coalesce(sum(parked), 0) as records
      from watermark where parked > 0
      """;

  /** The number of parked records that are in memory at once. */
  private static final int FETCH = 100;

  /** The parked records of all journals. */
  public record Backlog(long journals, long records) {}

  /**
   * The watermarks of {@code lanes}, at 0 where they are new. Nobody else moves them before this
   * transaction ends: whoever comes second waits, and then finds what the first has left. All lock
   * in the same order, so that none waits in a circle.
   */
  List<Watermark> lock(Connection connection, Collection<JournalPartition> lanes)
      throws SQLException {
    List<JournalPartition> named = List.copyOf(lanes);
    try (PreparedStatement statement = connection.prepareStatement(OPEN)) {
      bind(statement, named);
      statement.executeUpdate();
    }
    List<Watermark> watermarks = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
      bind(statement, named);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          watermarks.add(
              new Watermark(lane(rows), rows.getLong("sequence"), rows.getInt("parked")));
        }
      }
    }
    return watermarks;
  }

  /** Stores watermarks that were locked. */
  void save(Connection connection, List<Watermark> moved) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SAVE)) {
      Columns.of(statement, moved)
          .uuid(watermark -> watermark.lane().journal().uuid())
          .integer(watermark -> watermark.lane().partition())
          .bigint(Watermark::sequence)
          .integer(Watermark::parked);
      statement.executeUpdate();
    }
  }

  /** Puts records aside as they came, and tells how many of them were not there yet. */
  int park(Connection connection, List<PositionedRecord> early) throws SQLException {
    if (early.isEmpty()) {
      return 0;
    }
    try (PreparedStatement statement = connection.prepareStatement(PARK)) {
      Columns.of(statement, early)
          .uuid(placed -> placed.position().journal().uuid())
          .integer(placed -> placed.position().partition())
          .bigint(placed -> placed.position().sequence())
          .integer(placed -> placed.source().partition())
          .bigint(placed -> placed.source().offset())
          .bytes(
              placed -> requireNonNull(placed.source().value()).getBytes(StandardCharsets.UTF_8));
      return statement.executeUpdate();
    }
  }

  /**
   * Hands over what is parked right after {@code sequence}, in order and up to the next gap.
   *
   * @return the sequence of the last one that was handed over; {@code sequence} if there was none
   */
  long release(
      Connection connection, JournalPartition lane, long sequence, Consumer<SourceRecord> handOver)
      throws SQLException {
    long last = sequence;
    try (PreparedStatement statement = connection.prepareStatement(PARKED_AFTER)) {
      bind(statement, lane, sequence);
      statement.setFetchSize(FETCH);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next() && rows.getLong("sequence") == last + 1) {
          handOver.accept(source(lane, rows));
          last++;
        }
      }
    }
    return last;
  }

  /** Deletes what is parked up to {@code sequence}, and tells how many that were. */
  int forget(Connection connection, JournalPartition lane, long sequence) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
      bind(statement, lane, sequence);
      return statement.executeUpdate();
    }
  }

  /** Tells how much is parked. */
  public Backlog backlog(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BACKLOG);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return new Backlog(rows.getLong("journals"), rows.getLong("records"));
    }
  }

  private static void bind(PreparedStatement statement, List<JournalPartition> lanes)
      throws SQLException {
    Columns.of(statement, lanes)
        .uuid(lane -> lane.journal().uuid())
        .integer(JournalPartition::partition);
  }

  private static void bind(PreparedStatement statement, JournalPartition lane, long sequence)
      throws SQLException {
    statement.setObject(1, lane.journal().uuid());
    statement.setInt(2, lane.partition());
    statement.setLong(3, sequence);
  }

  private static JournalPartition lane(ResultSet row) throws SQLException {
    var journal = new JournalId(row.getObject("journal", UUID.class));
    return new JournalPartition(journal, row.getInt("partition"));
  }

  /** The key is that of all of an edge's records, and was not kept. */
  private static SourceRecord source(JournalPartition lane, ResultSet row) throws SQLException {
    return new SourceRecord(
        Topic.EGRESS.topicName(),
        row.getInt("source_partition"),
        row.getLong("source_offset"),
        lane.journal().toString(),
        new String(row.getBytes("value"), StandardCharsets.UTF_8));
  }
}
