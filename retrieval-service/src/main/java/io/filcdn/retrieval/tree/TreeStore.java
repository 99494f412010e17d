package io.filcdn.retrieval.tree;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceGroups;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.common.proof.TreeRecord;
import io.filcdn.retrieval.follow.ReplicaFollower.Feed;
import io.filcdn.retrieval.follow.TopicReplica;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.rocksdb.AbstractImmutableNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The trees that this edge knows, in RocksDB: they outlive the bytes of their pieces. A key is the
 * PieceCID's text, a value the tree's binary form, which is checked whenever it is read. Those of
 * other edges come with the Kafka offset behind them, so that following goes on where it stopped.
 * Pieces of one group have none: their name is their hash. Safe for use by several threads.
 */
public final class TreeStore implements TopicReplica, AutoCloseable {

  /** The topic by which edges tell each other. */
  public static final Feed FEED = new Feed("trees", List.of(Topic.TREES), 100);

  private static final Logger LOG = Logger.getLogger(TreeStore.class);

  private static final List<String> TABLES = List.of("default", "untold", "offsets");

  private static final byte[] NOTHING = {};

  private static final int BITS_A_KEY = 10;

  /** The bytes of trees that are remembered as read and right. */
  private static final long REMEMBERED = 32L << 20;

  /** The bytes that RocksDB gathers before it writes them in order. */
  private static final long WRITE_BUFFER = 8L << 20;

  private final RocksDB db;
  private final long maxBytes;
  private final ColumnFamilyHandle trees;

  /** Trees that are not in Kafka as far as is known: computed here, or told by no edge. */
  private final ColumnFamilyHandle untold;

  private final ColumnFamilyHandle offsets;
  private final List<AbstractImmutableNativeReference> resources;

  /** Held to read while the database is used, to write while it is closed. */
  private final ReadWriteLock open = new ReentrantReadWriteLock();

  private boolean closed;
  private final Cache<PieceCid, PieceTree> recent =
      Caffeine.newBuilder()
          .maximumWeight(REMEMBERED)
          // the nodes above the groups, which are kept once they were needed, are as many
          .weigher((PieceCid piece, PieceTree tree) -> 2 * PieceTree.size(piece))
          .build();

  private TreeStore(
      RocksDB db,
      long maxBytes,
      List<ColumnFamilyHandle> tables,
      List<AbstractImmutableNativeReference> resources) {
    this.db = db;
    this.maxBytes = maxBytes;
    this.trees = tables.get(0);
    this.untold = tables.get(1);
    this.offsets = tables.get(2);
    this.resources = resources;
  }

  /**
   * Opens the store in {@code folder}.
   *
   * @param maxBytes about how much it keeps; half of it, of what others told
   * @throws IllegalStateException where the folder cannot be opened
   */
  public static TreeStore open(Path folder, long maxBytes) {
    RocksDB.loadLibrary();
    BloomFilter filter = new BloomFilter(BITS_A_KEY);
    ColumnFamilyOptions family =
        new ColumnFamilyOptions()
            .setWriteBufferSize(WRITE_BUFFER)
            .setTableFormatConfig(new BlockBasedTableConfig().setFilterPolicy(filter));
    DBOptions options =
        new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setMaxOpenFiles(256)
            .setKeepLogFileNum(2);
    List<ColumnFamilyDescriptor> families =
        TABLES.stream().map(name -> new ColumnFamilyDescriptor(bytes(name), family)).toList();
    List<ColumnFamilyHandle> tables = new ArrayList<>();
    try {
      RocksDB db = RocksDB.open(options, folder.toString(), families, tables);
      return new TreeStore(db, maxBytes, tables, List.of(options, family, filter));
    } catch (RocksDBException e) {
      options.close();
      family.close();
      filter.close();
      throw new IllegalStateException("the trees in " + folder + " cannot be opened", e);
    }
  }

  /** The tree of a piece of several groups, where it is known. */
  public Optional<PieceTree> find(PieceCid piece) {
    if (hasNone(piece)) {
      return Optional.empty();
    }
    PieceTree known = recent.getIfPresent(piece);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<PieceTree> found = read(piece);
    found.ifPresent(tree -> recent.put(piece, tree));
    return found;
  }

  /** The tree of a piece of several groups, where it was read of late. Never blocks. */
  public Optional<PieceTree> atHand(PieceCid piece) {
    return Optional.ofNullable(recent.getIfPresent(piece));
  }

  /** True for a piece of one group: its name is its hash, and it has no tree here. */
  public static boolean hasNone(PieceCid piece) {
    return PieceGroups.ofTree(piece).count() <= 1;
  }

  private Optional<PieceTree> read(PieceCid piece) {
    try {
      byte[] hashes = use(() -> get(trees, key(piece)), NOTHING);
      return hashes.length == 0 ? Optional.empty() : Optional.of(PieceTree.read(piece, hashes));
    } catch (IllegalStateException | IllegalArgumentException e) {
      LOG.errorf("the tree of piece %s cannot be read: %s", piece, e.getMessage());
      return Optional.empty();
    }
  }

  private byte[] get(ColumnFamilyHandle table, byte[] key) throws RocksDBException {
    return Objects.requireNonNullElse(db.get(table, key), NOTHING);
  }

  /** A use of the database. */
  private interface Use<T> {
    T get() throws RocksDBException;
  }

  /** Uses the database; gives {@code otherwise} where it is closed: fills can outlive it. */
  private <T> T use(Use<T> use, T otherwise) {
    open.readLock().lock();
    try {
      return closed ? otherwise : use.get();
    } catch (RocksDBException e) {
      throw new IllegalStateException("the trees cannot be read or written", e);
    } finally {
      open.readLock().unlock();
    }
  }

  /**
   * Keeps a tree that was computed here, and is to be told to others where it is new. That it
   * cannot be written costs nothing but computing it again.
   */
  public void computed(PieceTree tree) {
    PieceCid piece = tree.piece();
    try {
      if (!hasNone(piece) && find(piece).isEmpty() && size() < maxBytes) {
        use(() -> put(tree), false);
        recent.put(piece, tree);
      }
    } catch (IllegalStateException e) {
      LOG.errorf("the tree of piece %s cannot be kept: %s", piece, e.getCause());
    }
  }

  /**
   * Keeps a tree that anyone told, where it is right and new, and has it told to others. Takes as
   * long as hashing it does.
   *
   * @throws IllegalStateException where it cannot be written
   */
  public TreeOffer offered(PieceCid piece, byte[] hashes) {
    PieceTree tree;
    try {
      tree = PieceTree.read(piece, hashes);
    } catch (IllegalArgumentException e) {
      return new TreeOffer.Wrong(String.valueOf(e.getMessage()));
    }
    if (knows(piece)) {
      return new TreeOffer.Kept(false);
    }
    if (isFullOfOthers() || !use(() -> put(tree), false)) {
      return new TreeOffer.Full();
    }
    recent.put(piece, tree);
    return new TreeOffer.Kept(true);
  }

  /** True where the piece needs no tree from anyone: its own is here, or it is one group. */
  public boolean knows(PieceCid piece) {
    return hasNone(piece)
        || recent.getIfPresent(piece) != null
        || use(() -> db.get(trees, key(piece), NOTHING) != RocksDB.NOT_FOUND, false);
  }

  /** Whoever tells trees could tell any number: half of the space is for what is computed here. */
  private boolean isFullOfOthers() {
    return size() >= maxBytes / 2;
  }

  private boolean put(PieceTree tree) throws RocksDBException {
    try (WriteBatch batch = new WriteBatch();
        WriteOptions options = new WriteOptions()) {
      batch.put(trees, key(tree.piece()), tree.bytes());
      batch.put(untold, key(tree.piece()), NOTHING);
      db.write(options, batch);
      return true;
    }
  }

  /**
   * Forgets the trees of pieces that nobody wants any more, once a quarter of the space is taken.
   * Reads all of them, and blocks on the disk.
   *
   * @return how many were forgotten
   */
  public long forgetIf(Predicate<PieceCid> unwanted) {
    return size() < maxBytes / 4 ? 0 : use(() -> deleteIf(unwanted), 0L);
  }

  private long deleteIf(Predicate<PieceCid> unwanted) throws RocksDBException {
    long deleted = 0;
    try (ReadOptions options = new ReadOptions().setFillCache(false);
        RocksIterator at = db.newIterator(trees, options)) {
      for (at.seekToFirst(); at.isValid(); at.next()) {
        PieceCid piece = PieceCid.parse(text(at.key()));
        if (unwanted.test(piece)) {
          db.delete(trees, at.key());
          db.delete(untold, at.key());
          recent.invalidate(piece);
          deleted++;
        }
      }
    }
    if (deleted > 0) {
      // only what is written anew is smaller, and counted as such
      db.compactRange(trees);
    }
    return deleted;
  }

  /** Trees that others may not know, at most so many. */
  List<PieceTree> untold(int most) {
    return use(() -> readUntold(most), List.of());
  }

  private List<PieceTree> readUntold(int most) throws RocksDBException {
    List<PieceTree> found = new ArrayList<>();
    try (RocksIterator at = db.newIterator(untold)) {
      for (at.seekToFirst(); at.isValid() && found.size() < most; at.next()) {
        PieceCid piece = PieceCid.parse(text(at.key()));
        Optional<PieceTree> tree = read(piece);
        if (tree.isPresent()) {
          found.add(tree.get());
        } else {
          db.delete(untold, at.key());
        }
      }
    }
    return found;
  }

  /** Others know a tree. */
  void told(PieceCid piece) {
    use(
        () -> {
          db.delete(untold, key(piece));
          return true;
        },
        false);
  }

  /** Keeps those that are right; who tells wrong ones is passed over. */
  @Override
  public void apply(
      List<ConsumerRecord<String, String>> records,
      Map<TopicPartition, Long> next,
      Optional<Instant> complete) {
    List<ConsumerRecord<String, String>> told =
        records.stream().filter(record -> record.value() != null).toList();
    applyTrees(TopicReplica.readable(told, TreeStore::treeOf, LOG), next);
  }

  private static PieceTree treeOf(ConsumerRecord<String, String> record) {
    return RecordJson.read(record.value(), TreeRecord.class).tree();
  }

  /** Keeps what others told, all of it right, together with the offset behind it. */
  void applyTrees(List<PieceTree> right, Map<TopicPartition, Long> next) {
    boolean full = isFullOfOthers();
    use(() -> write(full ? List.of() : right, next), false);
  }

  private boolean write(List<PieceTree> right, Map<TopicPartition, Long> next)
      throws RocksDBException {
    try (WriteBatch batch = new WriteBatch();
        WriteOptions options = new WriteOptions()) {
      for (PieceTree tree : right) {
        if (!hasNone(tree.piece())) {
          batch.put(trees, key(tree.piece()), tree.bytes());
          batch.delete(untold, key(tree.piece()));
        }
      }
      for (var entry : next.entrySet()) {
        batch.put(
            offsets,
            bytes("" + entry.getKey().partition()),
            ByteBuffer.allocate(Long.BYTES).putLong(0, entry.getValue()).array());
      }
      db.write(options, batch);
      return true;
    }
  }

  private long size() {
    return use(() -> db.getLongProperty(trees, "rocksdb.estimate-live-data-size"), 0L);
  }

  @Override
  public Map<TopicPartition, Long> offsets() {
    return use(this::readOffsets, Map.of());
  }

  private Map<TopicPartition, Long> readOffsets() {
    Map<TopicPartition, Long> next = new HashMap<>();
    try (RocksIterator at = db.newIterator(offsets)) {
      for (at.seekToFirst(); at.isValid(); at.next()) {
        next.put(
            new TopicPartition(Topic.TREES.topicName(), Integer.parseInt(text(at.key()))),
            ByteBuffer.wrap(at.value()).getLong());
      }
    }
    return next;
  }

  /** Trees never become wrong: none is forgotten, whatever was missed. */
  @Override
  public Optional<Instant> followedAt() {
    return Optional.empty();
  }

  /** Forgets where following stands, and no tree. */
  @Override
  public void clear() {
    use(
        () -> {
          for (TopicPartition partition : readOffsets().keySet()) {
            db.delete(offsets, bytes("" + partition.partition()));
          }
          return true;
        },
        false);
  }

  private static byte[] key(PieceCid piece) {
    return bytes(piece.toString());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    open.writeLock().lock();
    try {
      closed = true;
      trees.close();
      untold.close();
      offsets.close();
      db.close();
      resources.forEach(AbstractImmutableNativeReference::close);
    } finally {
      open.writeLock().unlock();
    }
  }
}
