package io.filcdn.retrieval.cache;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.retrieval.tree.TreeStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * A scrubber of the disk cache: it reads what was verified once more, at a bounded pace, and drops
 * what the disk has changed meanwhile. Of a sparse file that is the group, else the piece. Pieces
 * are read in rounds, each in an order of its own, so that none waits for its turn where an edge is
 * often restarted. For one thread, but for the counts.
 */
public final class CacheScrubber implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(CacheScrubber.class);
  private static final int CHUNK = 1 << 20;

  /** The cost of a file beside its bytes. */
  private static final int FILE_OVERHEAD = 4 << 10;

  /** A small cache is not read all the time. */
  private static final Duration SHORTEST_ROUND = Duration.ofHours(1);

  private final DiskPieceCache disk;
  private final TreeStore trees;
  private final long bytesAStep;
  private final LongSupplier nanoTime;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
  private final Deque<PieceCid> round = new ArrayDeque<>();
  private Optional<Scrub> scrub = Optional.empty();
  private long nextRound;

  private final AtomicLong checked = new AtomicLong();
  private final AtomicLong wrong = new AtomicLong();

  /**
   * @param trees by which groups are checked
   * @param bytesAStep how many bytes are read at a time, about
   * @param nanoTime a clock for measuring
   */
  public CacheScrubber(
      DiskPieceCache disk, TreeStore trees, long bytesAStep, LongSupplier nanoTime) {
    this.disk = disk;
    this.trees = trees;
    this.bytesAStep = bytesAStep;
    this.nanoTime = nanoTime;
    this.nextRound = nanoTime.getAsLong();
  }

  /** Reads on, where the last step ended. Blocks on the disk, and hashes. */
  public void step() {
    for (long left = bytesAStep; left > 0; ) {
      if (scrub.isEmpty() && !beginNext()) {
        return;
      }
      left -= FILE_OVERHEAD + scrub.map(this::read).orElse(0);
    }
  }

  /**
   * Begins with the next piece, where it is still here.
   *
   * @return false where there is none to be read now
   */
  private boolean beginNext() {
    if (round.isEmpty() && !beginRound()) {
      return false;
    }
    PieceCid piece = round.remove();
    try {
      Optional<Stored> stored = disk.look(piece);
      scrub = stored.isPresent() ? begin(stored.get()) : Optional.empty();
    } catch (IOException e) {
      LOG.debugf("%s left the cache just now: %s", piece, e);
    }
    return true;
  }

  private boolean beginRound() {
    if (nanoTime.getAsLong() - nextRound < 0) {
      return false;
    }
    nextRound = nanoTime.getAsLong() + SHORTEST_ROUND.toNanos();
    List<PieceCid> pieces = new ArrayList<>(disk.pieces());
    Collections.shuffle(pieces);
    round.addAll(pieces);
    return !round.isEmpty();
  }

  private Optional<Scrub> begin(Stored stored) throws IOException {
    return switch (stored) {
      case CachedFile file -> Optional.of(new Scrub.OfPiece(file));
      case SparseFile file -> beginGroups(file);
    };
  }

  private Optional<Scrub> beginGroups(SparseFile file) throws IOException {
    BitSet here = file.here();
    Optional<PieceTree> tree = here.isEmpty() ? Optional.empty() : trees.find(file.piece());
    return tree.isPresent()
        ? Optional.of(new Scrub.OfGroups(file, tree.get(), here))
        : Optional.empty();
  }

  /** Reads on in a file, of which nothing stays where it cannot be read. */
  private int read(Scrub file) {
    buffer.clear();
    try {
      found(file, file.read(buffer));
    } catch (NoSuchFileException e) {
      LOG.debugf("%s left the cache just now", file.stored().piece());
      end();
    } catch (IOException e) {
      disk.failed(e);
      found(file, Scrub.Found.WRONG_FILE);
    }
    checked.addAndGet(buffer.position());
    return buffer.position();
  }

  private void found(Scrub file, Scrub.Found found) {
    switch (found) {
      case MORE -> {
        // the next step reads on
      }
      case WRONG_GROUP -> wrong(file, "a group of");
      case WRONG_FILE -> {
        wrong(file, "piece");
        disk.drop(file.stored());
        end();
      }
      case END -> end();
    }
  }

  private void wrong(Scrub file, String what) {
    wrong.incrementAndGet();
    LOG.errorf(
        "the disk has changed bytes that were verified: %s %s is dropped",
        what, file.stored().piece());
  }

  private void end() {
    scrub.ifPresent(Scrub::close);
    scrub = Optional.empty();
  }

  /** The number of bytes that were read and checked. */
  public long checked() {
    return checked.get();
  }

  /** The number of groups and pieces that had changed. */
  public long wrong() {
    return wrong.get();
  }

  @Override
  public void close() {
    end();
  }
}
