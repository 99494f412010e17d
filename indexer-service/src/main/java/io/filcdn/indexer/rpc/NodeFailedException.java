package io.filcdn.indexer.rpc;

import org.jspecify.annotations.Nullable;

/**
 * The failure of a node to answer, or to answer what was asked; another one, or a later try, may
 * succeed.
 */
public final class NodeFailedException extends RuntimeException {

  /** The kind of failure, where that matters. */
  private enum Kind {
    OTHER,
    TOO_MUCH,
    CONTRADICTS,
    CONTRADICTS_FINALITY
  }

  private final Kind kind;

  public NodeFailedException(String message) {
    this(message, null);
  }

  public NodeFailedException(String message, @Nullable Throwable cause) {
    this(message, cause, Kind.OTHER);
  }

  private NodeFailedException(String message, @Nullable Throwable cause, Kind kind) {
    super(message, cause);
    this.kind = kind;
  }

  /** The node took too long: it may answer a shorter question in time. */
  static NodeFailedException tooMuch(String message, Throwable cause) {
    return new NodeFailedException(message, cause, Kind.TOO_MUCH);
  }

  /** The node tells less of a block than was read of it before. */
  public static NodeFailedException contradicts(String message) {
    return new NodeFailedException(message, null, Kind.CONTRADICTS);
  }

  /** The node's chain has another block where the index has a final one. */
  public static NodeFailedException contradictsFinality(String message) {
    return new NodeFailedException(message, null, Kind.CONTRADICTS_FINALITY);
  }

  /** True where a shorter question may be answered. */
  public boolean mayHaveBeenTooMuch() {
    return kind == Kind.TOO_MUCH;
  }

  /** True where the node says something else than was read before, of the same block. */
  public boolean contradicts() {
    return kind == Kind.CONTRADICTS || kind == Kind.CONTRADICTS_FINALITY;
  }

  /** True where the node is on another chain than the index, below what was final. */
  public boolean contradictsFinality() {
    return kind == Kind.CONTRADICTS_FINALITY;
  }
}
