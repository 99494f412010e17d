package io.filcdn.retrieval.cache;

import io.filcdn.common.piece.PieceCid;
import java.io.IOException;

/** A piece in the disk cache: all of it, or some of its groups. */
sealed interface Stored permits CachedFile, SparseFile {

  PieceCid piece();

  /** The number of the piece's bytes that are here. */
  long bytes();

  /** The disk has changed its bytes: what is read of it from here on does not stay in memory. */
  void distrust();

  /** Deletes it; whoever reads it reads on. Blocks on the disk. */
  void delete() throws IOException;
}
