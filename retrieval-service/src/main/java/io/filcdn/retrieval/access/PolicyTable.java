package io.filcdn.retrieval.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.filcdn.common.access.PolicyKey;
import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.retrieval.database.Database;
import io.filcdn.retrieval.database.Opened;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatchWithIndex;

/**
 * The table of payers' policies, in RocksDB: by the policy's name, the serial (8 bytes, big-endian)
 * and the record's text. The highest serial stays. A record that cannot be read takes its policy's
 * place with serial 0: what it would forbid is unknown, so all requests under it are refused until
 * it is told of again, or read by an edge that understands it.
 */
final class PolicyTable {

  /** The name of the table. */
  static final String NAME = "policies";

  private static final Logger LOG = Logger.getLogger(PolicyTable.class);

  private static final long UNREADABLE = 0;

  /** Look-ups that are remembered; a policy takes about a KiB, and 10 KiB at most. */
  private static final long REMEMBERED = 10_000;

  private final Database database;
  private final Cache<PolicyKey, Remembered> recent =
      Caffeine.newBuilder().maximumSize(REMEMBERED).executor(Runnable::run).build();

  /** Counts batches of changes. A look-up that began before the last one counts no more. */
  private final AtomicLong changes = new AtomicLong();

  /** False while nobody has set a policy: nothing is looked up then. */
  private volatile boolean used;

  PolicyTable(Database database) {
    this.database = database;
    this.used = isUsed();
  }

  private boolean isUsed() {
    return database.read(
        opened -> {
          try (RocksIterator rows = opened.rows(NAME)) {
            rows.seekToFirst();
            return rows.isValid();
          }
        });
  }

  /** True where there is any policy. */
  boolean hasSome() {
    return used;
  }

  /** A look-up, and how many changes had been written when it began. */
  private record Remembered(long changes, PolicyLookup found) {}

  /**
   * A change of a policy, as its record tells it.
   *
   * @param serial of the record; 0 where it cannot be read
   * @param text of the record; empty for a tombstone
   */
  record Change(PolicyKey name, long serial, Optional<String> text) {

    /**
     * Reads a record.
     *
     * @throws IllegalArgumentException where it is of no policy
     */
    static Change of(String key, @Nullable String value) {
      PolicyKey name = PolicyKey.of(key);
      return new Change(
          name,
          value == null ? UNREADABLE : serial(PolicyTable.read(name, value)),
          Optional.ofNullable(value));
    }

    private static long serial(PolicyLookup found) {
      return found instanceof PolicyLookup.Known(PolicyRecord record)
          ? record.serial()
          : UNREADABLE;
    }
  }

  /** Writes changes, but for those of which a newer one is there, or comes before it. */
  void write(Opened opened, WriteBatchWithIndex batch, List<Change> all) throws RocksDBException {
    for (Change change : all) {
      write(opened, batch, change);
    }
  }

  private static void write(Opened opened, WriteBatchWithIndex batch, Change change)
      throws RocksDBException {
    ColumnFamilyHandle table = opened.table(NAME);
    byte[] name = bytes(change.name.toString());
    if (change.text.isEmpty()) {
      batch.delete(table, name);
      return;
    }
    if (change.serial == UNREADABLE || change.serial > serial(opened, batch, name)) {
      byte[] text = bytes(change.text.get());
      batch.put(
          table,
          name,
          ByteBuffer.allocate(Long.BYTES + text.length).putLong(change.serial).put(text).array());
    }
  }

  private static long serial(Opened opened, WriteBatchWithIndex batch, byte[] name)
      throws RocksDBException {
    try (ReadOptions options = new ReadOptions()) {
      byte[] there = batch.getFromBatchAndDB(opened.db(), opened.table(NAME), options, name);
      return there == null ? UNREADABLE : ByteBuffer.wrap(there).getLong();
    }
  }

  /** The serial of a policy; 0 where it has none that can be read. */
  long serial(PolicyKey name) {
    byte[] row = row(name);
    return row.length == 0 ? UNREADABLE : ByteBuffer.wrap(row).getLong();
  }

  /** Has everything looked up anew; to be called after changes were written. */
  void changed() {
    used = isUsed();
    changes.incrementAndGet();
  }

  /** The policy of a data set: its own, or else that of all its payer's others. */
  PolicyLookup find(Address payer, DataSetId dataSet) {
    PolicyKey own = PolicyKey.of(payer, dataSet);
    long now = changes.get();
    Remembered known = recent.getIfPresent(own);
    if (known == null || known.changes != now) {
      PolicyLookup found = read(own);
      known =
          new Remembered(
              now, found instanceof PolicyLookup.None ? read(PolicyKey.general(payer)) : found);
      recent.put(own, known);
    }
    return known.found;
  }

  private byte[] row(PolicyKey name) {
    return database.read(opened -> opened.get(NAME, bytes(name.toString())));
  }

  private PolicyLookup read(PolicyKey name) {
    byte[] row = row(name);
    return row.length == 0
        ? PolicyLookup.NONE
        : read(name, new String(row, Long.BYTES, row.length - Long.BYTES, StandardCharsets.UTF_8));
  }

  private static PolicyLookup read(PolicyKey name, String text) {
    try {
      PolicyRecord record = RecordJson.readStrictly(text, PolicyRecord.class);
      if (record.name().equals(name)) {
        return new PolicyLookup.Known(record);
      }
      LOG.errorf("the policy %s closes what it is of: its record is of another", name);
    } catch (IllegalArgumentException e) {
      LOG.errorf(
          "the policy %s closes what it is of: its record is not understood: %s",
          name, e.getMessage());
    }
    return PolicyLookup.NOT_UNDERSTOOD;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
