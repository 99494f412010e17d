package io.filcdn.metrics.credits;

import com.fasterxml.jackson.annotation.JsonValue;
import io.filcdn.common.credit.CreditPot;
import java.util.Locale;

/** The reason that a grant has ended. */
public enum GrantEnd {
  /** Its time was over. */
  EXPIRED(CreditPot.EXPIRED),
  /** It was taken back. */
  REVOKED(CreditPot.REVOKED),
  /** It was paid back. */
  REFUNDED(CreditPot.REFUNDED);

  private final CreditPot pot;

  GrantEnd(CreditPot pot) {
    this.pot = pot;
  }

  /** The pot that its unspent rest is in. */
  CreditPot pot() {
    return pot;
  }

  /** The end that is written so. */
  static GrantEnd of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }

  @JsonValue
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
