package io.filcdn.retrieval.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.filcdn.common.access.AccessKeyRecord;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.access.KeyLimits;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.retrieval.database.Database;
import io.filcdn.retrieval.database.Opened;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatchWithIndex;

/**
 * The table of payers' keys, in RocksDB: by the key's id, the version (8 bytes, big-endian) and the
 * record's text. The newest version stays. One that this edge does not understand takes its key's
 * place as well: what it forbids is unknown, so the key is refused until it is told of anew.
 */
final class KeyTable {

  /** The name of the table. */
  static final String NAME = "keys";

  private static final Logger LOG = Logger.getLogger(KeyTable.class);

  /** Of what tells no version: any other record is newer. */
  private static final long NO_VERSION = 0;

  /** About as many bytes of look-ups are remembered: of tens of thousands of usual keys. */
  private static final long REMEMBERED = 16L << 20;

  /** About what a key takes in memory, and each entry of its lists. */
  private static final int BYTES_A_KEY = 400;

  private static final int BYTES_AN_ENTRY = 120;

  private final Database database;
  private final Cache<KeyId, KeyLookup> recent =
      Caffeine.newBuilder()
          .maximumWeight(REMEMBERED)
          .weigher(KeyTable::weight)
          .executor(Runnable::run)
          .build();

  KeyTable(Database database) {
    this.database = database;
  }

  /**
   * A change of a key, as its record tells it.
   *
   * @param version of the record
   * @param text of the record; empty for a tombstone
   */
  record Change(KeyId id, long version, Optional<String> text) {

    /**
     * Reads a record.
     *
     * @throws IllegalArgumentException where it is of no key
     */
    static Change of(String key, @Nullable String value) {
      KeyId id = KeyId.of(key);
      if (value == null) {
        return new Change(id, NO_VERSION, Optional.empty());
      }
      if (lookup(id, value) instanceof KeyLookup.Known(AccessKeyRecord record)) {
        return new Change(id, record.version(), Optional.of(value));
      }
      LOG.errorf("the key %s is refused: its record says what this edge does not know", id);
      return new Change(id, versionOf(value), Optional.of(value));
    }

    private static long versionOf(String value) {
      try {
        return Math.max(NO_VERSION, RecordJson.read(value, Versioned.class).version());
      } catch (IllegalArgumentException e) {
        return NO_VERSION;
      }
    }
  }

  /** A record of which the version alone is read. */
  private record Versioned(long version) {}

  private static int weight(KeyId id, KeyLookup found) {
    if (!(found instanceof KeyLookup.Known(AccessKeyRecord record))) {
      return BYTES_A_KEY;
    }
    KeyLimits limits = record.limits();
    int entries =
        record.secrets().size()
            + limits.origins().size()
            + limits.networks().size()
            + limits.payers().size()
            + limits.dataSets().size();
    return BYTES_A_KEY + entries * BYTES_AN_ENTRY;
  }

  /** Writes changes, each unless what is there, or comes before it, is newer. */
  void write(Opened opened, WriteBatchWithIndex batch, List<Change> changes)
      throws RocksDBException {
    ColumnFamilyHandle table = opened.table(NAME);
    try (ReadOptions options = new ReadOptions()) {
      for (Change change : changes) {
        byte[] id = bytes(change.id);
        if (change.text.isEmpty()) {
          batch.delete(table, id);
        } else if (change.version == NO_VERSION
            || change.version > version(opened, batch, options, id)) {
          batch.put(table, id, row(change.version, change.text.get()));
        }
      }
    }
  }

  private static byte[] row(long version, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Long.BYTES + bytes.length).putLong(version).put(bytes).array();
  }

  private static long version(
      Opened opened, WriteBatchWithIndex batch, ReadOptions options, byte[] id)
      throws RocksDBException {
    byte[] there = batch.getFromBatchAndDB(opened.db(), opened.table(NAME), options, id);
    return there == null ? NO_VERSION : ByteBuffer.wrap(there).getLong();
  }

  /** Has a key looked up anew; to be called after its change was written. */
  void changed(KeyId id) {
    recent.invalidate(id);
  }

  /** Has everything looked up anew. */
  void changed() {
    recent.invalidateAll();
  }

  /** A key that was looked up of late. Never blocks. */
  Optional<KeyLookup> atHand(KeyId id) {
    return Optional.ofNullable(recent.getIfPresent(id));
  }

  /**
   * Looks a key up, on disk where it has to.
   *
   * @throws IllegalStateException where the disk cannot be read
   */
  KeyLookup find(KeyId id) {
    return recent.get(id, this::read);
  }

  private KeyLookup read(KeyId id) {
    byte[] row = database.read(opened -> opened.get(NAME, bytes(id)));
    if (row.length == 0) {
      return KeyLookup.UNKNOWN;
    }
    return lookup(id, new String(row, Long.BYTES, row.length - Long.BYTES, StandardCharsets.UTF_8));
  }

  private static KeyLookup lookup(KeyId id, String text) {
    try {
      AccessKeyRecord record = RecordJson.read(text, AccessKeyRecord.class);
      return record.id().equals(id) ? new KeyLookup.Known(record) : KeyLookup.NOT_UNDERSTOOD;
    } catch (IllegalArgumentException e) {
      return KeyLookup.NOT_UNDERSTOOD;
    }
  }

  private static byte[] bytes(KeyId id) {
    return id.text().getBytes(StandardCharsets.US_ASCII);
  }
}
