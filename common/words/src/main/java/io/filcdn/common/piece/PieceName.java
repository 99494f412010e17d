package io.filcdn.common.piece;

import com.fasterxml.jackson.annotation.JsonCreator;

/**
 * A name that a piece can be asked for by: its {@link PieceCid} (v2), which names bytes, or its
 * {@link CommP} (v1), which needs a placement to tell how many bytes it stands for.
 */
public sealed interface PieceName permits PieceCid, CommP {

  /**
   * Reads a PieceCID v1 or v2.
   *
   * @throws IllegalArgumentException where the text is neither; the message says what was expected
   */
  @JsonCreator
  static PieceName parse(String text) {
    return text.startsWith("baga") ? CommP.parse(text) : PieceCid.parse(text);
  }

  /**
   * Reads the bytes of a PieceCID v1 or v2.
   *
   * @throws IllegalArgumentException where they are neither
   */
  static PieceName fromBytes(byte[] cid) {
    return CommP.isCidV1(cid) ? CommP.fromCid(cid) : PieceCid.fromBytes(cid);
  }

  /** The Merkle root, which both spellings hold. */
  CommP commP();
}
