package io.filcdn.retrieval.usage;

import io.filcdn.common.egress.JournalId;
import io.filcdn.common.lease.JournalEnd;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * The last sequence of each journal and partition, in the journal's own database: written with the
 * record that has it, and kept when the record is sent. Their keys come behind those of all
 * records.
 */
final class JournalEnds {

  /** Begins their keys; no journal has this id. */
  private static final UUID BEHIND = new UUID(-1, -1);

  private static final int KEY_BYTES = 16 + 16 + 4;

  private JournalEnds() {}

  static void put(WriteBatch batch, JournalId journal, int partition, long sequence)
      throws RocksDBException {
    batch.put(key(journal, partition), ByteBuffer.allocate(Long.BYTES).putLong(sequence).array());
  }

  static List<JournalEnd> read(RocksIterator at) {
    Map<JournalId, Map<Integer, Long>> ends = new HashMap<>();
    for (at.seek(key(new JournalId(new UUID(0, 0)), 0)); at.isValid(); at.next()) {
      ByteBuffer key = ByteBuffer.wrap(at.key()).position(16);
      JournalId journal = new JournalId(new UUID(key.getLong(), key.getLong()));
      ends.computeIfAbsent(journal, _ -> new HashMap<>())
          .put(key.getInt(), ByteBuffer.wrap(at.value()).getLong());
    }
    return ends.entrySet().stream().map(e -> new JournalEnd(e.getKey(), e.getValue())).toList();
  }

  static void forget(RocksDB db, JournalId journal) throws RocksDBException {
    db.deleteRange(key(journal, 0), key(journal, Integer.MAX_VALUE));
  }

  private static byte[] key(JournalId journal, int partition) {
    return ByteBuffer.allocate(KEY_BYTES)
        .putLong(BEHIND.getMostSignificantBits())
        .putLong(BEHIND.getLeastSignificantBits())
        .putLong(journal.uuid().getMostSignificantBits())
        .putLong(journal.uuid().getLeastSignificantBits())
        .putInt(partition)
        .array();
  }
}
