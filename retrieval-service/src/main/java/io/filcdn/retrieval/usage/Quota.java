package io.filcdn.retrieval.usage;

import io.filcdn.common.lease.CapName;
import io.filcdn.common.lease.CapSalt;
import io.filcdn.common.lease.QuotaName;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The bytes that data sets have paid for, and those that caps allow, as far as this edge may spend
 * them. They are reserved before they are served, so that the sum of what is served never exceeds
 * what was granted; what was reserved and not billed is given back. Nothing here blocks.
 */
public interface Quota {

  /**
   * The number of bytes that a response sets aside at a time: what it holds beyond what its client
   * took.
   */
  long SLICE = 1 << 20;

  /**
   * No limit: for an edge whose payers are limited elsewhere. A cap is one over all edges, which
   * nobody holds here: there is nothing of it.
   */
  Quota UNLIMITED =
      new Quota() {
        @Override
        public Outcome reserve(QuotaName name, long bytes) {
          return switch (name) {
            case QuotaName.OfDataSet _ -> Outcome.RESERVED;
            case QuotaName.OfKey _, CapName _ -> Outcome.UNREACHABLE;
          };
        }

        @Override
        public void giveBack(QuotaName name, long bytes) {
          // there is no end of it
        }

        @Override
        public long remaining(QuotaName name) {
          return Long.MAX_VALUE;
        }
      };

  /**
   * Sets bytes aside: the next of a response, or those that a provider is to supply. Only of what
   * is at hand; who can wait prepares first.
   *
   * @param bytes at least 0
   */
  Outcome reserve(QuotaName name, long bytes);

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
          public Outcome reserve(QuotaName name, long bytes) {
            return Quota.this.reserve(name, bytes);
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
    Outcome reserve(QuotaName name, long bytes);

    /** Lets go of what was not reserved. May be called again. */
    void release();
  }

  /** The bytes that are about to be reserved. */
  record Need(QuotaName name, long bytes) {}

  /** Returns bytes that were reserved and will not be billed. */
  void giveBack(QuotaName name, long bytes);

  /** Returns the same of each of several. */
  default void giveBack(List<QuotaName> names, long bytes) {
    names.forEach(name -> giveBack(name, bytes));
  }

  /**
   * Sets aside the same of each of several, or nothing of any.
   *
   * @param hold what was prepared for it
   */
  default boolean reserveAll(Hold hold, List<QuotaName> names, long bytes) {
    for (int i = 0; i < names.size(); i++) {
      if (hold.reserve(names.get(i), bytes) != Outcome.RESERVED) {
        giveBack(names.subList(0, i), bytes);
        return false;
      }
    }
    return true;
  }

  /**
   * Takes note that bytes which were reserved were served, and are billed. Records tell it of data
   * sets and keys; of other caps it is told with the next lease.
   */
  default void served(QuotaName name, long bytes) {
    // nothing is leased
  }

  /** The key of a day's buckets, once it is known. */
  default Optional<CapSalt> salt(LocalDate day) {
    return Optional.empty();
  }

  /**
   * The number of bytes that are left; an estimate, {@link Long#MAX_VALUE} where nothing is known.
   */
  long remaining(QuotaName name);

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
