package io.filcdn.retrieval.follow;

import io.filcdn.retrieval.database.Database;
import io.filcdn.retrieval.database.Opened;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatchInterface;

/**
 * The table of the place up to which a replica is: by {@code topic/partition} the next offset, and
 * the time at which it had all, each a number of 8 bytes, big-endian.
 */
public final class OffsetTable {

  /** The name of the table. */
  public static final String NAME = "offsets";

  private static final byte[] FOLLOWED_AT = bytes("followed-at");

  private final Database database;

  /**
   * @param database that has a table of that name
   */
  public OffsetTable(Database database) {
    this.database = database;
  }

  /** The next offset of each partition that was followed. */
  public Map<TopicPartition, Long> read() {
    return database.read(
        opened -> {
          Map<TopicPartition, Long> next = new HashMap<>();
          try (RocksIterator at = opened.rows(NAME)) {
            for (at.seekToFirst(); at.isValid(); at.next()) {
              String key = new String(at.key(), StandardCharsets.UTF_8);
              int slash = key.lastIndexOf('/');
              if (slash > 0) {
                next.put(
                    new TopicPartition(
                        key.substring(0, slash), Integer.parseInt(key.substring(slash + 1))),
                    ByteBuffer.wrap(at.value()).getLong());
              }
            }
          }
          return next;
        });
  }

  /** The time at which the replica had all; empty where it never had. */
  public Optional<Instant> followedAt() {
    return database.read(
        opened ->
            Optional.ofNullable(opened.db().get(opened.table(NAME), FOLLOWED_AT))
                .map(value -> Instant.ofEpochMilli(ByteBuffer.wrap(value).getLong())));
  }

  /** Writes offsets together with the changes that are behind them. */
  public static void write(
      Opened opened,
      WriteBatchInterface batch,
      Map<TopicPartition, Long> next,
      Optional<Instant> complete)
      throws RocksDBException {
    for (var entry : next.entrySet()) {
      TopicPartition partition = entry.getKey();
      batch.put(
          opened.table(NAME),
          bytes(partition.topic() + "/" + partition.partition()),
          number(entry.getValue()));
    }
    if (complete.isPresent()) {
      batch.put(opened.table(NAME), FOLLOWED_AT, number(complete.get().toEpochMilli()));
    }
  }

  private static byte[] number(long value) {
    return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
