package io.filcdn.retrieval.tree;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceGroups;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.common.proof.TreeRecord;
import io.filcdn.retrieval.database.Database;
import io.filcdn.retrieval.database.Opened;
import io.filcdn.retrieval.follow.OffsetTable;
import io.filcdn.retrieval.follow.ReplicaFollower.Feed;
import io.filcdn.retrieval.follow.TopicReplica;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
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

  private static final String TREES = "default";

  /** Trees that are not in Kafka as far as is known: computed here, or told by no edge. */
  private static final String UNTOLD = "untold";

  private static final byte[] NOTHING = {};

  private static final int BITS_A_KEY = 10;

  /** The bytes of trees that are remembered as read and right. */
  private static final long REMEMBERED = 32L << 20;

  private static final Database.Shape SHAPE =
      new Database.Shape(
          "tree store", List.of(TREES, UNTOLD, OffsetTable.NAME), 8L << 20, BITS_A_KEY);

  private final Database database;
  private final OffsetTable offsets;
  private final long maxBytes;
  private final Cache<PieceCid, PieceTree> recent =
      Caffeine.newBuilder()
          .maximumWeight(REMEMBERED)
          // the nodes above the groups, which are kept once they were needed, are as many
          .weigher((PieceCid piece, PieceTree tree) -> 2 * PieceTree.size(piece))
          .build();

  private TreeStore(Database database, long maxBytes) {
    this.database = database;
    this.offsets = new OffsetTable(database);
    this.maxBytes = maxBytes;
  }

  /**
   * Opens the store in {@code folder}.
   *
   * @param maxBytes about how much it keeps; half of it, of what others told
   * @throws IllegalStateException where the folder cannot be opened
   */
  public static TreeStore open(Path folder, long maxBytes) {
    return new TreeStore(Database.open(folder, SHAPE), maxBytes);
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
      byte[] hashes = read(opened -> opened.get(TREES, key(piece)), NOTHING);
      return hashes.length == 0 ? Optional.empty() : Optional.of(PieceTree.read(piece, hashes));
    } catch (IllegalStateException | IllegalArgumentException e) {
      LOG.errorf("the tree of piece %s cannot be read: %s", piece, e.getMessage());
      return Optional.empty();
    }
  }

  /** Reads; gives {@code otherwise} where the database is closed: fills can outlive it. */
  private <T> T read(Database.Use<T> use, T otherwise) {
    try {
      return database.read(use);
    } catch (Database.ClosedException e) {
      return otherwise;
    }
  }

  /** Writes, in the same way. */
  private <T> T write(Database.Use<T> use, T otherwise) {
    try {
      return database.write(use);
    } catch (Database.ClosedException e) {
      return otherwise;
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
        write(opened -> put(opened, tree), false);
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
    if (isFullOfOthers() || !write(opened -> put(opened, tree), false)) {
      return new TreeOffer.Full();
    }
    recent.put(piece, tree);
    return new TreeOffer.Kept(true);
  }

  /** True where the piece needs no tree from anyone: its own is here, or it is one group. */
  public boolean knows(PieceCid piece) {
    return hasNone(piece)
        || recent.getIfPresent(piece) != null
        || read(
            opened ->
                opened.db().get(opened.table(TREES), key(piece), NOTHING) != RocksDB.NOT_FOUND,
            false);
  }

  /** Whoever tells trees could tell any number: half of the space is for what is computed here. */
  private boolean isFullOfOthers() {
    return size() >= maxBytes / 2;
  }

  private static boolean put(Opened opened, PieceTree tree) throws RocksDBException {
    try (WriteBatch batch = new WriteBatch();
        WriteOptions options = new WriteOptions()) {
      batch.put(opened.table(TREES), key(tree.piece()), tree.bytes());
      batch.put(opened.table(UNTOLD), key(tree.piece()), NOTHING);
      opened.db().write(options, batch);
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
    return size() < maxBytes / 4 ? 0 : write(opened -> deleteIf(opened, unwanted), 0L);
  }

  private long deleteIf(Opened opened, Predicate<PieceCid> unwanted) throws RocksDBException {
    long deleted = 0;
    try (ReadOptions options = new ReadOptions().setFillCache(false);
        RocksIterator at = opened.db().newIterator(opened.table(TREES), options)) {
      for (at.seekToFirst(); at.isValid(); at.next()) {
        PieceCid piece = PieceCid.parse(text(at.key()));
        if (unwanted.test(piece)) {
          opened.db().delete(opened.table(TREES), at.key());
          opened.db().delete(opened.table(UNTOLD), at.key());
          recent.invalidate(piece);
          deleted++;
        }
      }
    }
    if (deleted > 0) {
      // only what is written anew is smaller, and counted as such
      opened.db().compactRange(opened.table(TREES));
    }
    return deleted;
  }

  /** Trees that others may not know, at most so many. */
  List<PieceTree> untold(int most) {
    return write(opened -> readUntold(opened, most), List.of());
  }

  private List<PieceTree> readUntold(Opened opened, int most) throws RocksDBException {
    List<PieceTree> found = new ArrayList<>();
    try (RocksIterator at = opened.rows(UNTOLD)) {
      for (at.seekToFirst(); at.isValid() && found.size() < most; at.next()) {
        PieceCid piece = PieceCid.parse(text(at.key()));
        Optional<PieceTree> tree = read(piece);
        if (tree.isPresent()) {
          found.add(tree.get());
        } else {
          opened.db().delete(opened.table(UNTOLD), at.key());
        }
      }
    }
    return found;
  }

  /** Others know a tree. */
  void told(PieceCid piece) {
    write(
        opened -> {
          opened.db().delete(opened.table(UNTOLD), key(piece));
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
    write(opened -> write(opened, full ? List.of() : right, next), false);
  }

  private static boolean write(Opened opened, List<PieceTree> right, Map<TopicPartition, Long> next)
      throws RocksDBException {
    try (WriteBatch batch = new WriteBatch();
        WriteOptions options = new WriteOptions()) {
      for (PieceTree tree : right) {
        if (!hasNone(tree.piece())) {
          batch.put(opened.table(TREES), key(tree.piece()), tree.bytes());
          batch.delete(opened.table(UNTOLD), key(tree.piece()));
        }
      }
      OffsetTable.write(opened, batch, next, Optional.empty());
      opened.db().write(options, batch);
      return true;
    }
  }

  private long size() {
    return read(
        opened ->
            opened.db().getLongProperty(opened.table(TREES), "rocksdb.estimate-live-data-size"),
        0L);
  }

  @Override
  public Map<TopicPartition, Long> offsets() {
    return offsets.read();
  }

  /** Trees never become wrong: none is forgotten, whatever was missed. */
  @Override
  public Optional<Instant> followedAt() {
    return Optional.empty();
  }

  /** Forgets where following stands, and no tree. */
  @Override
  public void clear() {
    write(
        opened -> {
          opened.clear(OffsetTable.NAME);
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
    database.close();
  }
}
