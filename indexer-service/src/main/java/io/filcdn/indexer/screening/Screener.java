package io.filcdn.indexer.screening;

import io.filcdn.common.chain.Address;

/** One who knows which addresses are sanctioned. */
public interface Screener {

  /** What it says of an address. */
  sealed interface Verdict {
    /** Nothing is known against it. */
    record Clear() implements Verdict {}

    /** It is sanctioned. */
    record Sanctioned() implements Verdict {}

    /** It cannot say now. */
    record Unavailable(String reason) implements Verdict {}
  }

  /** Asks; never throws. */
  Verdict screen(Address address);
}
