package io.filcdn.indexer.fake;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import java.util.Random;

/** PieceCIDs of bytes that nobody has. */
public final class FakePieces {

  private FakePieces() {}

  /** The same PieceCID for the same number. */
  public static PieceCid numbered(long number) {
    Random random = new Random(number);
    CommP root = new CommP(random.nextLong(), random.nextLong(), random.nextLong(), number);
    int height = PieceCid.MIN_HEIGHT + random.nextInt(20);
    return new PieceCid(root, height, random.nextLong(PieceCid.capacity(height)) + 1);
  }
}
