package io.filcdn.retrieval.tree;

/** The outcome of hashes that were offered as the tree of a piece. */
public sealed interface TreeOffer {

  /**
   * A tree that is kept and told to others.
   *
   * @param first whether it was not known before
   */
  record Kept(boolean first) implements TreeOffer {}

  /**
   * Hashes that are not the piece's tree.
   *
   * @param difference what was expected, and what was found
   */
  record Wrong(String difference) implements TreeOffer {}

  /** A tree for which there is no room. */
  record Full() implements TreeOffer {}
}
