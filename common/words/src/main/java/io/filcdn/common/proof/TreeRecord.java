package io.filcdn.common.proof;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.piece.PieceCid;
import java.util.Base64;

/**
 * The tree of a piece, on {@code filcdn.pieces.trees}. Any edge writes one; {@link #tree} tells
 * whether it is right.
 *
 * @param hashes the tree's binary form, in base64 (RFC 4648, section 4)
 */
public record TreeRecord(PieceCid pieceCid, String hashes) {

  public TreeRecord {
    requireNonNull(pieceCid, "pieceCid is missing");
    requireNonNull(hashes, "hashes is missing");
  }

  /** The record of a tree. */
  public static TreeRecord of(PieceTree tree) {
    return new TreeRecord(tree.piece(), Base64.getEncoder().encodeToString(tree.bytes()));
  }

  /** The record's key. */
  public String key() {
    return pieceCid.toString();
  }

  /**
   * The tree.
   *
   * @throws IllegalArgumentException where the hashes are not base64, or not the tree of the piece
   */
  public PieceTree tree() {
    return PieceTree.read(pieceCid, Base64.getDecoder().decode(hashes));
  }
}
