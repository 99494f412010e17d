package io.filcdn.retrieval.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.PlacementKey;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.Generation;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.piece.PieceName;
import io.filcdn.retrieval.database.Database;
import io.filcdn.retrieval.database.Opened;
import io.filcdn.retrieval.media.FileName;
import io.filcdn.retrieval.media.PieceLabel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;

/**
 * The table of where pieces are, in RocksDB. A key is {@code root (32 bytes), payer (20), height
 * (1), raw size (8), generation (1), data set (8), piece (8)}, big-endian, so that one scan finds
 * what a payer has of a piece by v2 or by v1. A piece that is known by its root alone has height
 * and size 0. The value is the epoch (8) in which the piece was added, -1 where nothing tells, and
 * behind it what the placement's metadata says that the piece is; or empty.
 */
final class PlacementTable {

  /** The name of the table. */
  static final String NAME = "placements";

  private static final byte[] NOTHING = {};
  private static final long UNTOLD = -1;
  private static final int ROOT_AND_PAYER = CommP.SIZE + 20;
  private static final int KEY = ROOT_AND_PAYER + 1 + 8 + 1 + 8 + 8;

  /** More payers than that are not looked through just to tell 402 from 404. */
  private static final int MAX_SCANNED = 1_000;

  /** Lookups that are remembered, so that what is asked for often is not looked up on disk. */
  private static final long REMEMBERED = 50_000;

  private final Database database;
  private final Cache<Holder, List<Row>> recent =
      Caffeine.newBuilder().maximumSize(REMEMBERED).executor(Runnable::run).build();

  PlacementTable(Database database) {
    this.database = database;
  }

  /**
   * A piece in a data set.
   *
   * @param sized whether it is placed there with its size, and not by its root alone
   * @param added the epoch in which it came there, where that is known
   * @param label what its metadata says that the piece is
   */
  record Placement(
      PieceCid piece,
      DataSetId dataSet,
      boolean sized,
      Optional<Epoch> added,
      Optional<PieceLabel> label) {}

  void put(
      Opened opened,
      WriteBatch batch,
      PlacementKey key,
      Optional<Epoch> added,
      Optional<PieceLabel> label)
      throws RocksDBException {
    byte[] labelled = label.map(PlacementTable::encode).orElse(NOTHING);
    ByteBuffer value = ByteBuffer.allocate(Long.BYTES + labelled.length);
    value.putLong(added.map(Epoch::value).orElse(UNTOLD)).put(labelled);
    batch.put(opened.table(NAME), encode(key), value.array());
  }

  /** The type, a line feed, which no name has, and the name. */
  private static byte[] encode(PieceLabel label) {
    String name = label.name().map(FileName::toString).orElse("");
    return (label.type().orElse("") + "\n" + name).getBytes(StandardCharsets.UTF_8);
  }

  private static Optional<PieceLabel> label(ByteBuffer value) {
    String[] typeAndName = StandardCharsets.UTF_8.decode(value).toString().split("\n", 2);
    return typeAndName.length < 2
        ? Optional.empty()
        : Optional.of(
            new PieceLabel(
                FileName.of(typeAndName[1]),
                Optional.of(typeAndName[0]).filter(type -> !type.isEmpty()),
                false));
  }

  void delete(Opened opened, WriteBatch batch, PlacementKey key) throws RocksDBException {
    batch.delete(opened.table(NAME), encode(key));
  }

  /**
   * The payer's placements of a piece, in the order of size, data set and piece number. What is
   * placed by its root alone is any piece with that root: that it is the one asked for shows when
   * its bytes are verified. Without a size from anywhere, there is none to be found.
   */
  List<Placement> find(PieceName piece, Address payer) {
    List<Placement> found = new ArrayList<>();
    for (Row row : recent.get(new Holder(piece.commP(), payer), this::scan)) {
      row.as(piece).ifPresent(found::add);
    }
    return found;
  }

  private List<Row> scan(Holder holder) {
    return database.read(
        opened -> {
          List<Row> rows = new ArrayList<>();
          try (Scan scan = new Scan(opened, rootAndPayer(holder.root, holder.payer).array())) {
            for (byte[] key = scan.next(); key.length > 0; key = scan.next()) {
              rows.add(row(key, scan.value()));
            }
          }
          return List.copyOf(rows);
        });
  }

  /** Has a placement that was put or deleted looked up anew; to be called after it was written. */
  void changed(PlacementKey key) {
    recent.invalidate(new Holder(key.pieceCid().commP(), key.payer()));
  }

  /** Has everything looked up anew. */
  void changed() {
    recent.invalidateAll();
  }

  /** A root and a payer, by which pieces are looked up. */
  private record Holder(CommP root, Address payer) {}

  /** A key of this table behind root and payer, as far as it matters. */
  private record Row(
      int height,
      long rawSize,
      DataSetId dataSet,
      Optional<Epoch> added,
      Optional<PieceLabel> label) {

    Optional<Placement> as(PieceName asked) {
      return switch (asked) {
        case PieceCid cid when height == 0 -> Optional.of(of(cid));
        case PieceCid cid when cid.height() == height && cid.rawSize() == rawSize ->
            Optional.of(of(cid));
        case CommP root when height > 0 -> Optional.of(of(new PieceCid(root, height, rawSize)));
        case PieceCid other -> Optional.empty();
        case CommP unsized -> Optional.empty();
      };
    }

    private Placement of(PieceCid piece) {
      return new Placement(piece, dataSet, height > 0, added, label);
    }
  }

  private static Row row(byte[] key, byte[] value) {
    ByteBuffer bytes = ByteBuffer.wrap(key).position(ROOT_AND_PAYER);
    int height = bytes.get();
    long rawSize = bytes.getLong();
    DataSetId dataSet = new DataSetId(generation(bytes.get()), bytes.getLong());
    ByteBuffer more = ByteBuffer.wrap(value);
    long added = more.hasRemaining() ? more.getLong() : UNTOLD;
    return new Row(
        height,
        rawSize,
        dataSet,
        added == UNTOLD ? Optional.empty() : Optional.of(new Epoch(added)),
        label(more));
  }

  /** True where the payer has a piece of that root that is known by its root alone. */
  boolean hasUnsized(PieceName piece, Address payer) {
    byte[] prefix =
        ByteBuffer.allocate(ROOT_AND_PAYER + 1)
            .put(rootAndPayer(piece.commP(), payer).array())
            .put((byte) 0)
            .array();
    return database.read(
        opened -> {
          try (Scan scan = new Scan(opened, prefix)) {
            return scan.next().length > 0;
          }
        });
  }

  /** True where any payer has the piece. */
  boolean isKnown(PieceName piece) {
    return anyRow(piece.commP(), row -> piece instanceof CommP || row.as(piece).isPresent(), true);
  }

  /** True where any payer has the piece by its size: with one root, there can be many sizes. */
  boolean isSized(PieceCid piece) {
    return anyRow(
        piece.commP(),
        row -> row.height == piece.height() && row.rawSize == piece.rawSize(),
        false);
  }

  /**
   * @param ifMore whether to take it for found where there are more rows than are looked through
   */
  private boolean anyRow(CommP root, Predicate<Row> wanted, boolean ifMore) {
    return database.read(
        opened -> {
          try (Scan scan = new Scan(opened, root.bytes())) {
            for (int i = 0; i < MAX_SCANNED; i++) {
              byte[] key = scan.next();
              if (key.length == 0) {
                return false;
              }
              if (wanted.test(row(key, NOTHING))) {
                return true;
              }
            }
            return ifMore;
          }
        });
  }

  private static ByteBuffer rootAndPayer(CommP root, Address payer) {
    return ByteBuffer.allocate(ROOT_AND_PAYER)
        .put(root.bytes())
        .put(HexFormat.of().parseHex(payer.hex(), 2, payer.hex().length()));
  }

  private static byte[] encode(PlacementKey key) {
    ByteBuffer bytes =
        ByteBuffer.allocate(KEY).put(rootAndPayer(key.pieceCid().commP(), key.payer()).array());
    switch (key.pieceCid()) {
      case PieceCid cid -> bytes.put((byte) cid.height()).putLong(cid.rawSize());
      case CommP root -> bytes.put((byte) 0).putLong(0);
    }
    return bytes
        .put(code(key.dataSet().generation()))
        .putLong(key.dataSet().number())
        .putLong(key.pieceId().number())
        .array();
  }

  private static byte code(Generation generation) {
    return switch (generation) {
      case FWSS -> 1;
      case PANDORA -> 2;
    };
  }

  private static Generation generation(byte code) {
    return code == 1 ? Generation.FWSS : Generation.PANDORA;
  }

  /** The keys that begin with a prefix, one after the other; an empty one at the end. */
  private static final class Scan implements AutoCloseable {

    private final Slice end;
    private final ReadOptions options;
    private final RocksIterator at;
    private boolean started;

    private final byte[] prefix;

    Scan(Opened opened, byte[] prefix) {
      this.prefix = prefix;
      this.end = new Slice(following(prefix));
      this.options = new ReadOptions().setIterateUpperBound(end);
      this.at = opened.db().newIterator(opened.table(NAME), options);
    }

    byte[] next() {
      if (started) {
        at.next();
      } else {
        at.seek(prefix);
        started = true;
      }
      return at.isValid() ? at.key() : NOTHING;
    }

    /** The value of the key that came last. */
    byte[] value() {
      return at.value();
    }

    @Override
    public void close() {
      at.close();
      options.close();
      end.close();
    }
  }

  /** The first key behind all that begin with {@code prefix}. */
  private static byte[] following(byte[] prefix) {
    byte[] next = Arrays.copyOf(prefix, prefix.length);
    for (int i = next.length - 1; i >= 0; i--) {
      if (++next[i] != 0) {
        return next;
      }
    }
    // nothing is behind 0xff… but longer keys
    byte[] last = new byte[KEY + 1];
    Arrays.fill(last, (byte) 0xff);
    return last;
  }
}
