package io.filcdn.indexer.rpc;

import org.jspecify.annotations.Nullable;

/** A node did not answer, or not with what was asked for; another one, or a later try, may. */
public final class NodeFailedException extends RuntimeException {

  public NodeFailedException(String message) {
    this(message, null);
  }

  public NodeFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
