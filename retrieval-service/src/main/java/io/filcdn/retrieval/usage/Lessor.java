package io.filcdn.retrieval.usage;

import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;

/** The party that an edge leases from: metrics, or a model of it. Its calls may block. */
public interface Lessor extends AutoCloseable {

  /** Acquires, renews and returns. */
  LeaseAnswer lease(LeaseRequest request) throws NotAnsweredException;

  @Override
  default void close() {
    // nothing is open
  }

  /** A failure: a call had no good answer; whether it was heard is unknown. */
  class NotAnsweredException extends Exception {

    public NotAnsweredException(String message) {
      super(message);
    }
  }
}
