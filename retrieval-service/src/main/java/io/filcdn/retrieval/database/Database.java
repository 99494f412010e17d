package io.filcdn.retrieval.database;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
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
 * anew before the next write, and can be read all the while. Safe for use by several threads, also
 * while it is closed.
 *
 * <pre>
 *   written --- a write is refused ---> REFUSED --- the disk takes as much as the log has ---+
 *      ^                                  ^                                                 |
 *      |                                  +--- cannot be opened: stays opened to read ---+  |
 *      |                                                                                |  v
 *      +--- opened to write ----------------------------------------------------- opened to read
 * </pre>
 */
public final class Database implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Database.class);

  private static final int MOST_OPEN_FILES = 256;
  private static final int MOST_LOG_FILES = 2;

  /** The bytes that a database writes when it is opened, besides the rows of its log. */
  private static final int OPENING_BYTES = 1 << 20;

  private static final long PROBE_EVERY_NANOS = Duration.ofSeconds(1).toNanos();

  private final Shape shape;
  private final Path folder;
  private final BloomFilter filter;
  private final ColumnFamilyOptions tableOptions;
  private final DBOptions options;

  /** Held to read while the database is used, to write while another takes its place. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  @GuardedBy("lock")
  private @Nullable Opened opened;

  /** Held while the database is opened anew or closed, which takes its time. */
  private final ReentrantLock opening = new ReentrantLock();

  private volatile Runnable listener = () -> {};
  private volatile boolean refused;

  @GuardedBy("opening")
  private boolean closed;

  @GuardedBy("opening")
  private long probed = System.nanoTime() - PROBE_EVERY_NANOS;

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

  /** A use of the database; it must not outlive the call. */
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
      database.swap(database.opened(false));
      return database;
    } catch (RocksDBException e) {
      database.close();
      throw new IllegalStateException(
          "the %s in %s cannot be opened".formatted(shape.name, folder), e);
    }
  }

  private Opened opened(boolean toRead) throws RocksDBException {
    List<ColumnFamilyDescriptor> families =
        shape.tables.stream()
            .map(
                name ->
                    new ColumnFamilyDescriptor(
                        name.getBytes(StandardCharsets.US_ASCII), tableOptions))
            .toList();
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    String path = folder.toString();
    RocksDB db =
        toRead
            ? RocksDB.openReadOnly(options, path, families, handles)
            : RocksDB.open(options, path, families, handles);
    return new Opened(db, shape.tables, handles);
  }

  /**
   * Has someone told, on the thread that writes, when the database was opened anew: a write that
   * was refused can be there all the same.
   */
  public void listen(Runnable openedAnew) {
    listener = openedAnew;
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
   * Writes. Blocks for as long as it takes to open the database anew; not to be called from within
   * another use.
   *
   * @throws ClosedException where it is closed
   * @throws IllegalStateException where it cannot be written
   */
  public <T> T write(Use<T> use) {
    if (refused && openAnew()) {
      listener.run();
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
      if (opened == null) {
        throw new ClosedException(shape.name);
      }
      return use.of(opened);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Puts another in its place, and tells which it was. */
  private @Nullable Opened swap(@Nullable Opened next) {
    lock.writeLock().lock();
    try {
      Opened last = opened;
      opened = next;
      return last;
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Tells whether another was put in its place, be it to read alone. */
  private boolean openAnew() {
    opening.lock();
    try {
      if (closed || !refused || !takesWrites()) {
        return false;
      }
      closeOpened(swap(opened(true)));
      closeOpened(swap(opened(false)));
      refused = false;
      LOG.warnf("the %s was opened anew: a write had been refused", shape.name);
      return true;
    } catch (RocksDBException e) {
      LOG.errorf("the %s cannot be opened anew to be written: %s", shape.name, e.getMessage());
      return true;
    } finally {
      opening.unlock();
    }
  }

  private static void closeOpened(@Nullable Opened last) {
    if (last != null) {
      last.close();
    }
  }

  /** Looks at most once in a while. */
  @GuardedBy("opening")
  private boolean takesWrites() {
    if (System.nanoTime() - probed < PROBE_EVERY_NANOS) {
      return false;
    }
    probed = System.nanoTime();
    Path probe = folder.resolve("probe");
    try (FileChannel file =
        FileChannel.open(
            probe,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer block = ByteBuffer.allocate(OPENING_BYTES);
      for (long left = OPENING_BYTES + logBytes(); left > 0; left -= block.capacity()) {
        block.clear();
        while (block.hasRemaining()) {
          file.write(block);
        }
      }
      file.force(true);
      return true;
    } catch (IOException e) {
      return false;
    } finally {
      delete(probe);
    }
  }

  /** The bytes of its log, which is written in order when it is opened. */
  private long logBytes() throws IOException {
    long bytes = 0;
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(folder, "*.log")) {
      for (Path log : logs) {
        bytes += Files.size(log);
      }
    }
    return bytes;
  }

  private static void delete(Path probe) {
    try {
      Files.deleteIfExists(probe);
    } catch (IOException e) {
      LOG.warnf("%s cannot be deleted: %s", probe, e);
    }
  }

  @Override
  public void close() {
    opening.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      closeOpened(swap(null));
      options.close();
      tableOptions.close();
      filter.close();
    } finally {
      opening.unlock();
    }
  }
}
