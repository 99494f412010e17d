package io.filcdn.retrieval.tree;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceGroups;
import io.filcdn.common.proof.PieceTree;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * The trees that this edge knows, in RocksDB: they outlive the bytes of their pieces. A key is the
 * PieceCID's text, a value the tree's binary form, which is checked whenever it is read. Pieces of
 * one group have none: their name is their hash. Safe for use by several threads.
 */
public final class TreeStore implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(TreeStore.class);

  private static final int BITS_A_KEY = 10;

  /** The bytes of trees that are remembered as read and right. */
  private static final long REMEMBERED = 32L << 20;

  /** The bytes that RocksDB gathers before it writes them in order. */
  private static final long WRITE_BUFFER = 8L << 20;

  private final RocksDB db;
  private final Options options;
  private final BloomFilter filter;
  private final Cache<PieceCid, PieceTree> recent =
      Caffeine.newBuilder()
          .maximumWeight(REMEMBERED)
          .weigher((PieceCid piece, PieceTree tree) -> PieceTree.size(piece))
          .build();

  private TreeStore(RocksDB db, Options options, BloomFilter filter) {
    this.db = db;
    this.options = options;
    this.filter = filter;
  }

  /**
   * Opens the store in {@code folder}.
   *
   * @throws IllegalStateException where the folder cannot be opened
   */
  public static TreeStore open(Path folder) {
    RocksDB.loadLibrary();
    BloomFilter filter = new BloomFilter(BITS_A_KEY);
    Options options =
        new Options()
            .setCreateIfMissing(true)
            .setMaxOpenFiles(256)
            .setKeepLogFileNum(2)
            .setWriteBufferSize(WRITE_BUFFER)
            .setTableFormatConfig(new BlockBasedTableConfig().setFilterPolicy(filter));
    try {
      return new TreeStore(RocksDB.open(options, folder.toString()), options, filter);
    } catch (RocksDBException e) {
      options.close();
      filter.close();
      throw new IllegalStateException("the trees in " + folder + " cannot be opened", e);
    }
  }

  /** The tree of a piece of several groups, where it is known. */
  public Optional<PieceTree> find(PieceCid piece) {
    if (PieceGroups.ofTree(piece).count() <= 1) {
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

  private Optional<PieceTree> read(PieceCid piece) {
    try {
      byte[] hashes = db.get(key(piece));
      return hashes == null ? Optional.empty() : Optional.of(PieceTree.read(piece, hashes));
    } catch (RocksDBException | IllegalArgumentException e) {
      LOG.errorf("the tree of piece %s cannot be read: %s", piece, e.getMessage());
      return Optional.empty();
    }
  }

  /** Keeps a tree. That it cannot be written costs nothing but computing it again. */
  public void put(PieceTree tree) {
    if (tree.groups().count() <= 1) {
      return;
    }
    recent.put(tree.piece(), tree);
    try {
      db.put(key(tree.piece()), tree.bytes());
    } catch (RocksDBException e) {
      LOG.errorf("the tree of piece %s cannot be kept: %s", tree.piece(), e.getMessage());
    }
  }

  private static byte[] key(PieceCid piece) {
    return piece.toString().getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    db.close();
    options.close();
    filter.close();
  }
}
