package io.filcdn.settlement.model;

import io.filcdn.common.payment.TokenAmount;

/** The amounts that were paid in for each kind of bytes, since the data set began. */
public record Grants(TokenAmount cdn, TokenAmount cacheMiss) {

  public Grants plus(Grants other) {
    return new Grants(cdn.plus(other.cdn), cacheMiss.plus(other.cacheMiss));
  }
}
