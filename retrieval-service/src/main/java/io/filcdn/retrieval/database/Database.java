package io.filcdn.retrieval.database;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * A database of RocksDB in a folder. After a write that the disk refused, RocksDB refuses all that
 * follow, also when the disk would take them again, but for a disk that was full: so it is opened
 * anew before the next write. Safe for use by several threads, also while it is closed.
 */
public final class Database implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Database.class);

  private static final int MOST_OPEN_FILES = 256;
  private static final int MOST_LOG_FILES = 2;

  /** Where the disk takes so much, it takes what a database writes when it is opened. */
  private static final int PROBE_BYTES = 1 << 20;

  private static final long PROBE_EVERY_NANOS = Duration.ofSeconds(1).toNanos();

  private final Shape shape;
  private final Path folder;
  private final BloomFilter filter;
  private final ColumnFamilyOptions tableOptions;
  private final DBOptions options;

  /** Held to read while the database is used, to write while it is opened or closed. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  /** Null where it could not be opened anew: the next write tries again. */
  @GuardedBy("lock")
  private @Nullable Opened opened;

  @GuardedBy("lock")
  private boolean closed;

  private volatile boolean refused;
  private volatile long probed = System.nanoTime() - PROBE_EVERY_NANOS;

  /**
   * The shape of a database.
   *
   * @param name for people
   * @param tables the names of its tables; the first is {@code default}
   * @param writeBuffer the bytes of a table that are gathered before they are written in order
   * @param bitsAKey of the Bloom filters that spare look-ups of what is not there; 0 for none
   */
  public record Shape(String name, List<String> tables, long writeBuffer, int bitsAKey) {

    public Shape {
      tables = List.copyOf(tables);
    }
  }

  /** A use of the database. */
  @FunctionalInterface
  public interface Use<T> {

    /** Reads or writes; {@code opened} is of no use behind it. */
    T of(Opened opened) throws RocksDBException;
  }

  /** A failure: the database is closed. */
  public static final class ClosedException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    ClosedException(String name) {
      super("the " + name + " is closed");
    }
  }

  private Database(Path folder, Shape shape) {
    this.folder = folder;
    this.shape = shape;
    this.filter = new BloomFilter(Math.max(1, shape.bitsAKey));
    this.tableOptions = new ColumnFamilyOptions().setWriteBufferSize(shape.writeBuffer);
    if (shape.bitsAKey > 0) {
      tableOptions.setTableFormatConfig(new BlockBasedTableConfig().setFilterPolicy(filter));
    }
    this.options =
        new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setMaxOpenFiles(MOST_OPEN_FILES)
            .setKeepLogFileNum(MOST_LOG_FILES);
  }

  /**
   * Opens the database in {@code folder}, or makes it.
   *
   * @throws IllegalStateException where the folder cannot be opened
   */
  public static Database open(Path folder, Shape shape) {
    RocksDB.loadLibrary();
    Database database = new Database(folder, shape);
    try {
      database.open();
      return database;
    } catch (RocksDBException e) {
      database.close();
      throw new IllegalStateException(
          "the %s in %s cannot be opened".formatted(shape.name, folder), e);
    }
  }

  private void open() throws RocksDBException {
    List<ColumnFamilyDescriptor> families =
        shape.tables.stream()
            .map(
                name ->
                    new ColumnFamilyDescriptor(
                        name.getBytes(StandardCharsets.US_ASCII), tableOptions))
            .toList();
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    lock.writeLock().lock();
    try {
      RocksDB db = RocksDB.open(options, folder.toString(), families, handles);
      opened = new Opened(db, shape.tables, handles);
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * Reads.
   *
   * @throws ClosedException where it is closed
   * @throws IllegalStateException where it cannot be read
   */
  public <T> T read(Use<T> use) {
    try {
      return use(use);
    } catch (RocksDBException e) {
      throw new IllegalStateException("the %s cannot be read".formatted(shape.name), e);
    }
  }

  /**
   * Writes. Not to be called from within another use.
   *
   * @throws ClosedException where it is closed
   * @throws IllegalStateException where it cannot be written
   */
  public <T> T write(Use<T> use) {
    if (refused) {
      openAnew();
    }
    try {
      return use(use);
    } catch (RocksDBException e) {
      refused = true;
      throw new IllegalStateException("the %s cannot be written".formatted(shape.name), e);
    }
  }

  private <T> T use(Use<T> use) throws RocksDBException {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new ClosedException(shape.name);
      }
      if (opened == null) {
        throw new IllegalStateException("the %s cannot be opened".formatted(shape.name));
      }
      return use.of(opened);
    } finally {
      lock.readLock().unlock();
    }
  }

  private void openAnew() {
    lock.writeLock().lock();
    try {
      if (closed || !refused || !takesWrites()) {
        return;
      }
      if (opened != null) {
        opened.close();
        opened = null;
      }
      open();
      refused = false;
      LOG.warnf("the %s was opened anew: a write had been refused", shape.name);
    } catch (RocksDBException e) {
      LOG.errorf("the %s cannot be opened anew: %s", shape.name, e.getMessage());
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Looks at most once in a while: what is open can still be read meanwhile. */
  private boolean takesWrites() {
    if (System.nanoTime() - probed < PROBE_EVERY_NANOS) {
      return false;
    }
    probed = System.nanoTime();
    Path probe = folder.resolve("probe");
    try {
      Files.write(probe, new byte[PROBE_BYTES]);
      return true;
    } catch (IOException e) {
      return false;
    } finally {
      delete(probe);
    }
  }

  private void delete(Path probe) {
    try {
      Files.deleteIfExists(probe);
    } catch (IOException e) {
      LOG.warnf("%s cannot be deleted: %s", probe, e);
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      if (opened != null) {
        opened.close();
      }
      options.close();
      tableOptions.close();
      filter.close();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
