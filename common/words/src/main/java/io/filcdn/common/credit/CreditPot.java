package io.filcdn.common.credit;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;

/**
 * A side of an entry. What an account has is {@link #AVAILABLE}, {@link #HELD} and {@link #USED};
 * the others say where it came from and went.
 *
 * <pre>
 *  issued ──grant──&gt; available ──reserve──&gt; held ──commit──&gt; used &lt;──index── paidOnChain
 *                     │    ^                 │
 *                     │    └─void, timeout───┤
 *                     └────────────────────&gt; expired, revoked ──&gt; refunded
 * </pre>
 */
public enum CreditPot {
  /** The source of all grants. */
  ISSUED("issued"),
  /** The source of what payers pay for on chain. */
  PAID_ON_CHAIN("paidOnChain"),
  /** The credit that can be reserved. */
  AVAILABLE("available"),
  /** The credit that reservations hold. */
  HELD("held"),
  /** The credit that was used. */
  USED("used"),
  /** The unspent rest of grants that have ended by themselves. */
  EXPIRED("expired"),
  /** The unspent rest of grants that were taken back. */
  REVOKED("revoked"),
  /** The unspent rest of grants that was paid back. */
  REFUNDED("refunded");

  private final String text;

  CreditPot(String text) {
    this.text = text;
  }

  /**
   * Reads a pot.
   *
   * @throws IllegalArgumentException where there is none of this name
   */
  @JsonCreator
  public static CreditPot of(String text) {
    return Arrays.stream(values())
        .filter(pot -> pot.text.equals(text))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("expected a pot, found another text"));
  }

  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
