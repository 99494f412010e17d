package io.filcdn.common.piece;

/** A taker of the nodes of one level of a piece's tree, in their order from left to right. */
@FunctionalInterface
public interface NodeSink {

  /** Takes the node of 32 bytes at {@code offset}, which change once this has returned. */
  void node(byte[] bytes, int offset);
}
