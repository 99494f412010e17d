package io.filcdn.retrieval.request;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.refusal.Problem;

/** A request on the tree of a piece: {@code /trees/{pieceCid}} on the root host. */
public sealed interface TreeRequest {

  /** A request that names a piece. */
  sealed interface OfPiece extends TreeRequest {

    PieceCid piece();
  }

  /** A request for the tree, or for the head of that answer. */
  record Get(PieceCid piece) implements OfPiece {}

  /** A request whose body is the tree. */
  record Put(PieceCid piece) implements OfPiece {}

  /** A request that is not answered. */
  record Refused(Problem problem) implements TreeRequest {}
}
