package io.filcdn.retrieval.usage;

import io.filcdn.common.payment.DataSetId;
import java.util.List;
import java.util.function.Consumer;

/**
 * The bytes that data sets have paid for, as far as this edge may spend them. They are reserved
 * before they are served, so that the sum of what is served never exceeds what was granted; what
 * was reserved and not billed is given back. Nothing here blocks.
 */
public interface Quota {

  /**
   * The number of bytes that a response sets aside at a time: what it holds beyond what its client
   * took.
   */
  long SLICE = 1 << 20;

  /** No limit: for an edge whose payers are limited elsewhere. */
  Quota UNLIMITED =
      new Quota() {
        @Override
        public Outcome reserve(Kind kind, DataSetId dataSet, long bytes) {
          return Outcome.RESERVED;
        }

        @Override
        public void giveBack(Kind kind, DataSetId dataSet, long bytes) {
          // there is no end of it
        }

        @Override
        public long remaining(Kind kind, DataSetId dataSet) {
          return Long.MAX_VALUE;
        }
      };

  /**
   * Sets bytes aside: the next of a response, or those that a provider is to supply. Only of what
   * is at hand; who can wait prepares first.
   *
   * @param bytes at least 0
   */
  Outcome reserve(Kind kind, DataSetId dataSet, long bytes);

  /**
   * Sees to it that reservations can be decided, and then goes on: at once where they can be
   * already; otherwise soon, on the event loop that called.
   *
   * @param then is given what is kept for it, which it has to release
   */
  default void prepare(List<Need> needs, Consumer<Hold> then) {
    then.accept(
        new Hold() {
          @Override
          public Outcome reserve(Kind kind, DataSetId dataSet, long bytes) {
            return Quota.this.reserve(kind, dataSet, bytes);
          }

          @Override
          public void release() {
            // nothing is kept
          }
        });
  }

  /** The bytes kept for one who prepared: nobody else gets them before they are released. */
  interface Hold {

    /** Sets aside bytes that were prepared. */
    Outcome reserve(Kind kind, DataSetId dataSet, long bytes);

    /** Lets go of what was not reserved. May be called again. */
    void release();
  }

  /** The bytes that are about to be reserved. */
  record Need(Kind kind, DataSetId dataSet, long bytes) {}

  /** Returns bytes that were reserved and will not be billed. */
  void giveBack(Kind kind, DataSetId dataSet, long bytes);

  /**
   * The number of bytes that the data set has left; an estimate, {@link Long#MAX_VALUE} where
   * nothing is known.
   */
  long remaining(Kind kind, DataSetId dataSet);

  /** The two quotas of a data set. */
  enum Kind {
    /** Bytes of responses. */
    CDN,
    /** Bytes fetched from providers. */
    CACHE_MISS
  }

  /** The outcome of a reservation. */
  enum Outcome {
    /** The bytes are set aside. */
    RESERVED,
    /** So much was not paid for. */
    EXHAUSTED,
    /** There would be enough, but for what others have reserved and not used yet. */
    CONTENDED,
    /** Too little is at hand, and who could give more does not answer or refuses to. */
    UNREACHABLE
  }
}
