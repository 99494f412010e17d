package io.filcdn.retrieval.database;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** An open database, with its tables by their names. */
public final class Opened {

  private static final byte[] NOTHING = {};

  private final RocksDB db;
  private final Map<String, ColumnFamilyHandle> tables = new HashMap<>();

  Opened(RocksDB db, List<String> names, List<ColumnFamilyHandle> handles) {
    this.db = db;
    for (int i = 0; i < handles.size(); i++) {
      tables.put(names.get(i), handles.get(i));
    }
  }

  /** The database. */
  public RocksDB db() {
    return db;
  }

  /** A table of the database. */
  public ColumnFamilyHandle table(String name) {
    return Objects.requireNonNull(tables.get(name), name);
  }

  /** The value of a row; empty where there is none. */
  public byte[] get(String table, byte[] key) throws RocksDBException {
    return Objects.requireNonNullElse(db.get(table(table), key), NOTHING);
  }

  /** A table's rows in the order of their keys. The caller closes it. */
  public RocksIterator rows(String table) {
    return db.newIterator(table(table));
  }

  /** Deletes all rows of a table. */
  public void clear(String table) throws RocksDBException {
    try (RocksIterator at = rows(table)) {
      at.seekToLast();
      if (at.isValid()) {
        byte[] last = at.key();
        db.deleteRange(table(table), new byte[0], last);
        db.delete(table(table), last);
      }
    }
  }

  void close() {
    tables.values().forEach(ColumnFamilyHandle::close);
    db.close();
  }
}
