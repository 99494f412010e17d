package io.filcdn.indexer.postgres;

import org.jspecify.annotations.Nullable;

/** The database failed or is away; a later try may succeed. */
public final class DatabaseFailedException extends RuntimeException {

  public DatabaseFailedException(String message, @Nullable Throwable cause) {
    super(cause == null ? message : message + ": " + cause.getMessage(), cause);
  }
}
