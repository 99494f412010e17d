package io.filcdn.indexer.store;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toUnmodifiableMap;

import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.TxHash;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.chain.Entity;
import io.filcdn.indexer.chain.EventPosition;
import io.filcdn.indexer.chain.IndexedBlock;
import io.filcdn.indexer.chain.LogFingerprints;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.service.database.Columns;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** The tables of the chain's events, and of the entities that each affects. */
public final class EventLog {

  private static final Map<String, Class<?>> KINDS =
      Arrays.stream(ChainEvent.class.getPermittedSubclasses())
          .collect(toUnmodifiableMap(Class::getSimpleName, Function.identity()));

  /** The number of events that are in memory at once where a whole history is read. */
  private static final int FETCH = 500;

  private final Connection connection;

  public EventLog(Connection connection) {
    this.connection = connection;
  }

  /** Adds events, each with the entities that it affects. */
  public void append(List<LogEntry> entries) throws SQLException {
    insert(entries, "");
  }

  /** Adds those of {@code entries} that are not there yet. */
  public void supplement(List<LogEntry> entries) throws SQLException {
    insert(entries, " on conflict do nothing");
  }

  private void insert(List<LogEntry> entries, String onConflict) throws SQLException {
    if (entries.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into events (block_number, log_index, block_hash, tx_hash, kind, payload)
            select * from unnest(?, ?, ?, ?, ?, ?)"""
                + onConflict)) {
      Columns.of(insert, entries)
          .bigint(entry -> entry.position().block().value())
          .bigint(entry -> entry.position().logIndex())
          .text(entry -> entry.logged().blockHash().hex())
          .text(entry -> entry.logged().txHash().hex())
          .text(entry -> entry.logged().event().getClass().getSimpleName())
          .text(entry -> RecordJson.write(entry.logged().event()));
      insert.executeUpdate();
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into event_entities (entity, block_number, log_index)
            select * from unnest(?, ?, ?)"""
                + onConflict)) {
      Columns.of(insert, entries.stream().flatMap(AffectedEntity::of).toList())
          .text(affected -> affected.entity().key())
          .bigint(affected -> affected.position().block().value())
          .bigint(affected -> affected.position().logIndex());
      insert.executeUpdate();
    }
  }

  /** An event's position, with an entity that the event affects. */
  private record AffectedEntity(EventPosition position, Entity entity) {
    static Stream<AffectedEntity> of(LogEntry entry) {
      return entry.affected().stream().map(entity -> new AffectedEntity(entry.position(), entity));
    }
  }

  /**
   * Removes the events after {@code ancestor}, or all of them.
   *
   * @return the entities that they affected
   */
  public Set<Entity> removeAfter(Optional<BlockNumber> ancestor) throws SQLException {
    long last = ancestor.map(BlockNumber::value).orElse(-1L);
    try (PreparedStatement delete =
        connection.prepareStatement("delete from events where block_number > ?")) {
      delete.setLong(1, last);
      delete.executeUpdate();
    }
    try (PreparedStatement delete =
        connection.prepareStatement(
            """
            with gone as (delete from event_entities where block_number > ? returning entity)
            select distinct entity from gone""")) {
      delete.setLong(1, last);
      return entities(delete);
    }
  }

  /** The newest block up to {@code number} that an event stands in, without its logs. */
  public Optional<IndexedBlock> newestBlockUpTo(BlockNumber number) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select block_number, block_hash from events
             where block_number <= ? order by block_number desc limit 1""")) {
      select.setLong(1, number.value());
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Optional.of(
                new IndexedBlock(
                    new BlockNumber(row.getLong("block_number")),
                    new BlockHash(row.getString("block_hash")),
                    LogFingerprints.of(List.of())))
            : Optional.empty();
      }
    }
  }

  /** The data sets that events after {@code after} and up to {@code last} affect. */
  public Set<Entity> dataSetsBetween(Optional<BlockNumber> after, BlockNumber last)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select distinct entity from event_entities
             where block_number > ? and block_number <= ? and entity like 'data-set:%'""")) {
      select.setLong(1, after.map(BlockNumber::value).orElse(-1L));
      select.setLong(2, last.value());
      return entities(select);
    }
  }

  /** Those of {@code entities} that have events. */
  public Set<Entity> withEvents(Collection<? extends Entity> entities) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select distinct entity from event_entities where entity = any (?)")) {
      select.setArray(1, texts(entities.stream().map(Entity::key).toList()));
      return entities(select);
    }
  }

  /** A fold of the history of an entity. */
  public interface Fold {

    /** The block up to which it holds all events; empty where it holds none. */
    Optional<BlockNumber> upTo();

    /** Takes the next event in the chain's order. */
    void take(LoggedEvent event);
  }

  /**
   * Replays the history of each entity to its fold, which takes what it does not hold yet. A
   * history grows with each report and settlement, for years: however long it is, memory holds a
   * few of its events.
   */
  public void replay(Map<? extends Entity, ? extends Fold> folds) throws SQLException {
    Map<String, Fold> byKey = new HashMap<>();
    folds.forEach((entity, fold) -> byKey.put(entity.key(), fold));
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select entity, history.* from unnest(?, ?) as asked (entity, up_to)
             cross join lateral (
               select events.* from event_entities own join events using (block_number, log_index)
                where own.entity = asked.entity and own.block_number > asked.up_to
                order by own.block_number, own.log_index) history""")) {
      Columns.of(select, byKey.entrySet())
          .text(Map.Entry::getKey)
          .bigint(fold -> fold.getValue().upTo().map(BlockNumber::value).orElse(-1L));
      select.setFetchSize(FETCH);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          requireNonNull(byKey.get(rows.getString("entity"))).take(event(rows));
        }
      }
    }
  }

  /**
   * All events of each of {@code entities}, in the chain's order; none for one without. They are
   * all in memory, each once: as those of pieces, which have two at most, and share them.
   */
  public Map<Entity, List<LoggedEvent>> eventsOf(Collection<? extends Entity> entities)
      throws SQLException {
    if (entities.isEmpty()) {
      return Map.of();
    }
    Array keys = texts(entities.stream().map(Entity::key).toList());
    Map<EventPosition, LoggedEvent> events = eventsByPosition(keys);
    Map<Entity, List<LoggedEvent>> byEntity = new HashMap<>();
    entities.forEach(entity -> byEntity.put(entity, new ArrayList<>()));
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select entity, block_number, log_index from event_entities
             where entity = any (?) order by entity, block_number, log_index""")) {
      select.setArray(1, keys);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          byEntity
              .computeIfAbsent(Entity.of(rows.getString("entity")), _ -> new ArrayList<>())
              .add(requireNonNull(events.get(position(rows)), "an event is missing"));
        }
      }
    }
    return byEntity;
  }

  /** Each event once, however many of the entities it affects. */
  private Map<EventPosition, LoggedEvent> eventsByPosition(Array keys) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select * from events where (block_number, log_index) in
              (select block_number, log_index from event_entities where entity = any (?))""")) {
      select.setArray(1, keys);
      Map<EventPosition, LoggedEvent> events = new HashMap<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          events.put(position(rows), event(rows));
        }
      }
      return events;
    }
  }

  /** Up to {@code limit} pieces of a data set that have events, after {@code after} by key. */
  public List<Entity.Piece> piecesOf(DataSetId dataSet, Optional<Entity> after, int limit)
      throws SQLException {
    return entities("piece:" + dataSet + "/", after, limit).stream()
        .map(Entity.Piece.class::cast)
        .toList();
  }

  /**
   * Up to {@code limit} entities that have events, after {@code after} by key.
   *
   * @param prefix what their keys begin with; its last character is punctuation
   */
  public List<Entity> entities(String prefix, Optional<Entity> after, int limit)
      throws SQLException {
    int end = prefix.length() - 1;
    String beyond = prefix.substring(0, end) + (char) (prefix.charAt(end) + 1);
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select distinct entity from event_entities
             where entity > ? and entity < ? order by entity limit ?""")) {
      select.setString(1, after.map(Entity::key).orElse(prefix));
      select.setString(2, beyond);
      select.setInt(3, limit);
      return List.copyOf(entities(select));
    }
  }

  private static LoggedEvent event(ResultSet row) throws SQLException {
    String kind = row.getString("kind");
    Class<?> type = KINDS.get(kind);
    if (type == null) {
      throw new IllegalStateException("expected an event's kind, found " + kind);
    }
    return new LoggedEvent(
        position(row),
        new BlockHash(row.getString("block_hash")),
        new TxHash(row.getString("tx_hash")),
        (ChainEvent) RecordJson.read(row.getString("payload"), type));
  }

  private static EventPosition position(ResultSet row) throws SQLException {
    return new EventPosition(
        new BlockNumber(row.getLong("block_number")), row.getLong("log_index"));
  }

  private static Set<Entity> entities(PreparedStatement statement) throws SQLException {
    Set<Entity> entities = new LinkedHashSet<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        entities.add(Entity.of(rows.getString("entity")));
      }
    }
    return entities;
  }

  private Array texts(List<String> texts) throws SQLException {
    return connection.createArrayOf("text", texts.toArray());
  }
}
