package io.filcdn.retrieval.admission;

import io.filcdn.common.digest.Digests;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.piece.PieceName;
import io.filcdn.retrieval.database.Database;
import io.filcdn.retrieval.database.Opened;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Hashes of pieces that are not served, on disk (RocksDB), so that a list of any length takes
 * bounded memory and outlives a restart. An entry is the SHA-256 of a CID's text with a slash
 * behind it, as the Bad Bits format has it; a piece is denied where either spelling of its CID is.
 * Each source has its entries under a generation of its own: a new list is complete before the old
 * one goes.
 */
public final class Denylist implements AutoCloseable {

  private static final int ENTRY = 32;
  private static final int BATCH = 10_000;
  private static final String LINE_PREFIX = "//";

  /** Of a longer line, the rest is skipped: none of them is an entry. */
  private static final int LONGEST_LINE = 1_000;

  private static final byte[] PRESENT = {};

  private static final String TABLE = "default";

  private static final Database.Shape SHAPE =
      new Database.Shape("denylist", List.of(TABLE), 8L << 20, 10);

  private final Database database;

  /** The source of a list. */
  public enum Source {
    /** The configured URL. */
    REMOTE((byte) 1),
    /** The configured file. */
    LOCAL((byte) 2);

    private final byte code;

    Source(byte code) {
      this.code = code;
    }

    private byte[] metaKey() {
      return new byte[] {0, code};
    }
  }

  /**
   * The state of a source's list, as far as it is known.
   *
   * @param generation of its entries
   * @param entries how many there are
   * @param tag what the server named it (ETag)
   */
  public record State(int generation, long entries, String tag) {
    static final State NONE = new State(0, 0, "");
  }

  private volatile State remote;
  private volatile State local;

  private Denylist(Database database) {
    this.database = database;
    this.remote = read(Source.REMOTE);
    this.local = read(Source.LOCAL);
  }

  /**
   * Opens the list in {@code folder}.
   *
   * @throws IllegalStateException where the folder cannot be opened
   */
  public static Denylist open(Path folder) {
    return new Denylist(Database.open(folder, SHAPE));
  }

  /** True where a piece is denied, in either spelling of its CID. */
  public boolean holds(PieceCid piece) {
    return remote.entries + local.entries > 0
        && database.read(opened -> holds(opened, piece) || holds(opened, piece.commP()));
  }

  private boolean holds(Opened opened, PieceName name) throws RocksDBException {
    byte[] hash = hash(name);
    for (Source source : Source.values()) {
      State state;
      do {
        state = state(source);
        if (state.entries > 0 && opened.db().get(key(source, state.generation, hash)) != null) {
          return true;
        }
        // a list that was replaced meanwhile is gone, and would say no
      } while (!state.equals(state(source)));
    }
    return false;
  }

  /** The state of a source's list, as far as it is known. */
  public State state(Source source) {
    return switch (source) {
      case REMOTE -> remote;
      case LOCAL -> local;
    };
  }

  /**
   * Takes a new list in the place of the source's old one. Lines of another form are skipped.
   *
   * @param tag what the server named it
   * @return how many entries it has
   * @throws IOException where it cannot be read or kept; the old list stays in force
   */
  public synchronized long replace(Source source, BufferedReader lines, String tag)
      throws IOException {
    State before = state(source);
    int generation = before.generation + 1;
    try {
      // what an earlier attempt left
      delete(source, generation);
      long entries = write(source, generation, lines);
      if (entries == 0 && before.entries > 0 && source == Source.REMOTE) {
        throw new IOException(
            "expected a list of hashes, found none where there were " + before.entries);
      }
      State after = new State(generation, entries, tag);
      database.write(
          opened -> {
            opened.db().put(source.metaKey(), encode(after));
            return true;
          });
      set(source, after);
      delete(source, before.generation);
      return entries;
    } catch (IllegalStateException e) {
      throw new IOException("the denylist cannot be kept", e);
    }
  }

  private void delete(Source source, int generation) {
    database.write(
        opened -> {
          opened
              .db()
              .deleteRange(
                  key(source, generation, new byte[ENTRY]),
                  key(source, generation + 1, new byte[ENTRY]));
          return true;
        });
  }

  private long write(Source source, int generation, BufferedReader lines) throws IOException {
    long entries = 0;
    List<byte[]> batch = new ArrayList<>();
    for (Optional<String> line = line(lines); line.isPresent(); line = line(lines)) {
      entry(line.get()).ifPresent(hash -> batch.add(key(source, generation, hash)));
      if (batch.size() >= BATCH) {
        entries += put(batch);
      }
    }
    return entries + put(batch);
  }

  /** Writes keys, and tells how many they were. */
  private long put(List<byte[]> keys) {
    long written =
        database.write(
            opened -> {
              try (WriteBatch batch = new WriteBatch();
                  WriteOptions unsynced = new WriteOptions()) {
                for (byte[] key : keys) {
                  batch.put(key, PRESENT);
                }
                opened.db().write(unsynced, batch);
                return (long) keys.size();
              }
            });
    keys.clear();
    return written;
  }

  private static Optional<String> line(BufferedReader lines) throws IOException {
    int c = lines.read();
    if (c < 0) {
      return Optional.empty();
    }
    StringBuilder line = new StringBuilder();
    for (; c >= 0 && c != '\n'; c = lines.read()) {
      if (line.length() < LONGEST_LINE) {
        line.append((char) c);
      }
    }
    return Optional.of(line.toString());
  }

  /** The hash that a line holds, where it is a hash line. */
  static Optional<byte[]> entry(String line) {
    String text = line.strip();
    if (text.length() != LINE_PREFIX.length() + 2 * ENTRY || !text.startsWith(LINE_PREFIX)) {
      return Optional.empty();
    }
    try {
      return Optional.of(HexFormat.of().parseHex(text, LINE_PREFIX.length(), text.length()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private void set(Source source, State state) {
    switch (source) {
      case REMOTE -> remote = state;
      case LOCAL -> local = state;
    }
  }

  private State read(Source source) {
    byte[] value = database.read(opened -> opened.get(TABLE, source.metaKey()));
    if (value.length == 0) {
      return State.NONE;
    }
    ByteBuffer parts = ByteBuffer.wrap(value);
    int generation = parts.getInt();
    long entries = parts.getLong();
    return new State(generation, entries, StandardCharsets.UTF_8.decode(parts).toString());
  }

  private static byte[] encode(State state) {
    byte[] tag = state.tag.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(4 + 8 + tag.length)
        .putInt(state.generation)
        .putLong(state.entries)
        .put(tag)
        .array();
  }

  private static byte[] key(Source source, int generation, byte[] hash) {
    return ByteBuffer.allocate(1 + 4 + ENTRY).put(source.code).putInt(generation).put(hash).array();
  }

  private static byte[] hash(PieceName name) {
    return Digests.sha256((name + "/").getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() {
    database.close();
  }
}
