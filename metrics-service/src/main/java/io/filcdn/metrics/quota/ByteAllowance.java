package io.filcdn.metrics.quota;

import com.fasterxml.jackson.annotation.JsonValue;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import java.math.BigInteger;

/**
 * Bytes that money can buy. Amounts have 256 bits, so that it exceeds what a {@link ByteCount} can
 * hold; never negative, exact, and a decimal text in JSON.
 */
public record ByteAllowance(BigInteger bytes) {

  public static final ByteAllowance NONE = new ByteAllowance(BigInteger.ZERO);

  private static final int TIB_BITS = 40;

  public ByteAllowance {
    if (bytes.signum() < 0) {
      throw new IllegalArgumentException("expected an allowance of at least 0, found " + bytes);
    }
  }

  /**
   * The bytes that {@code paid} buys, rounded down.
   *
   * @param ratePerTib the price of 2⁴⁰ bytes, at least 1
   */
  public static ByteAllowance bought(TokenAmount paid, TokenAmount ratePerTib) {
    return new ByteAllowance(paid.units().shiftLeft(TIB_BITS).divide(ratePerTib.units()));
  }

  /** The bytes left after {@code used}: none, where that is more than there was. */
  public ByteAllowance less(ByteCount used) {
    return new ByteAllowance(bytes.subtract(BigInteger.valueOf(used.bytes())).max(BigInteger.ZERO));
  }

  public ByteAllowance plus(ByteAllowance other) {
    return new ByteAllowance(bytes.add(other.bytes));
  }

  /** As a number of 64 bits; the largest one, where it is more. */
  public long clamped() {
    return bytes.bitLength() < Long.SIZE ? bytes.longValueExact() : Long.MAX_VALUE;
  }

  @JsonValue
  @Override
  public String toString() {
    return bytes.toString();
  }
}
