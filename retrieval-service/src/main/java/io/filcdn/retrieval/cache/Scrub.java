package io.filcdn.retrieval.cache;

import io.filcdn.common.proof.GroupVerifier;
import io.filcdn.common.proof.PieceGroups;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.retrieval.verify.PieceVerifier;
import io.filcdn.retrieval.verify.PieceVerifier.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;

/** A file of the cache that is read and checked once more, from its begin to its end. */
sealed interface Scrub extends AutoCloseable {

  /** The outcome of some more reading. */
  enum Found {
    /** Nothing is known to be wrong, and there is more. */
    MORE,
    /** A group was wrong, and is not here any more; there may be others. */
    WRONG_GROUP,
    /** The file is wrong. */
    WRONG_FILE,
    /** All was read. */
    END
  }

  Stored stored();

  /** Reads and checks the next bytes, at most as many as {@code buffer} has room for. */
  Found read(ByteBuffer buffer) throws IOException;

  @Override
  void close();

  /** A whole piece: its end tells whether it is right. */
  final class OfPiece implements Scrub {

    private final CachedFile file;
    private final FileChannel channel;
    private final PieceVerifier verifier;
    private long position;

    OfPiece(CachedFile file) throws IOException {
      this.file = file;
      this.channel = FileChannel.open(file.path(), StandardOpenOption.READ);
      this.verifier = new PieceVerifier(file.piece());
    }

    @Override
    public Stored stored() {
      return file;
    }

    @Override
    public Found read(ByteBuffer buffer) throws IOException {
      int read = channel.read(buffer, position);
      if (read > 0) {
        verifier.update(buffer.duplicate().flip());
        position += read;
        return Found.MORE;
      }
      return verifier.finish() instanceof Verdict.Right ? Found.END : Found.WRONG_FILE;
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException("a cached file cannot be closed", e);
      }
    }
  }

  /** The groups of a sparse file that were here when this began. */
  final class OfGroups implements Scrub {

    private final SparseFile file;
    private final PieceTree tree;
    private final PieceGroups groups;
    private final BitSet unread;
    private int group;
    private long position;
    private GroupVerifier verifier;

    /**
     * @param here the groups that are here, at least one
     */
    OfGroups(SparseFile file, PieceTree tree, BitSet here) throws IOException {
      this.file = file;
      this.tree = tree;
      this.groups = tree.groups();
      this.unread = here;
      this.group = here.nextSetBit(0);
      this.position = groups.from(group);
      this.verifier = new GroupVerifier(tree, group);
      file.enter();
    }

    @Override
    public Stored stored() {
      return file;
    }

    @Override
    public Found read(ByteBuffer buffer) throws IOException {
      if (unread.isEmpty()) {
        return Found.END;
      }
      buffer.limit((int) Math.min(buffer.limit(), groups.to(group) - position));
      position += file.read(buffer, position);
      verifier.update(buffer.duplicate().flip());
      return position < groups.to(group) ? Found.MORE : end();
    }

    private Found end() throws IOException {
      boolean right = verifier.finish();
      if (!right && !file.lose(group)) {
        return Found.WRONG_FILE;
      }
      unread.clear(group);
      if (unread.isEmpty()) {
        return right ? Found.END : Found.WRONG_GROUP;
      }
      group = unread.nextSetBit(0);
      position = groups.from(group);
      verifier = new GroupVerifier(tree, group);
      return right ? Found.MORE : Found.WRONG_GROUP;
    }

    @Override
    public void close() {
      file.leave();
    }
  }
}
