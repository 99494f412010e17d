package io.filcdn.indexer.screening;

import io.filcdn.common.chain.Address;

/** A source that knows which addresses are sanctioned. */
public interface Screener {

  /** The verdict on an address. */
  sealed interface Verdict {
    /** An address against which nothing is known. */
    record Clear() implements Verdict {}

    /** An address that is sanctioned. */
    record Sanctioned() implements Verdict {}

    /** No verdict, as the source cannot say now. */
    record Unavailable(String reason) implements Verdict {}
  }

  /** Asks; never throws. */
  Verdict screen(Address address);
}
