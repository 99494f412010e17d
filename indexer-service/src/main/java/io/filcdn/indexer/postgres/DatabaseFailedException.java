package io.filcdn.indexer.postgres;

import org.jspecify.annotations.Nullable;

/** A failure or absence of the database; a later try may succeed. */
public final class DatabaseFailedException extends RuntimeException {

  public DatabaseFailedException(String message, @Nullable Throwable cause) {
    super(cause == null ? message : message + ": " + cause.getMessage(), cause);
  }
}
