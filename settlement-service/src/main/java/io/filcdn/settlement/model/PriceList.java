package io.filcdn.settlement.model;

import io.filcdn.common.network.Network;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import java.math.BigInteger;

/**
 * The prices by which grants become bytes. An operator contract's never change; the next one's may
 * differ.
 *
 * @param now of bytes that the operator contract in office is told
 * @param past of bytes that those before it were told
 */
public record PriceList(Network.Rates now, Network.Rates past) {

  private static final int BITS_OF_A_TIB = 40;
  private static final BigInteger MOST_BYTES = BigInteger.valueOf(Long.MAX_VALUE);

  /**
   * The bytes that {@code grants} pay for in all.
   *
   * @param told how many of them past operator contracts were told
   */
  public Usage bytes(Grants grants, Usage told) {
    return new Usage(
        bytes(grants.cdn(), now.cdnPerTib(), told.cdnBytes(), past.cdnPerTib()),
        bytes(
            grants.cacheMiss(),
            now.cacheMissPerTib(),
            told.cacheMissBytes(),
            past.cacheMissPerTib()));
  }

  /** told + ⌊(granted × 2⁴⁰ − told × past) / now⌋: rounded once, and never up. */
  private static ByteCount bytes(
      TokenAmount granted, TokenAmount now, ByteCount told, TokenAmount past) {
    BigInteger bytes = BigInteger.valueOf(told.bytes());
    BigInteger left =
        granted.units().shiftLeft(BITS_OF_A_TIB).subtract(past.units().multiply(bytes));
    return ByteCount.of(
        left.max(BigInteger.ZERO).divide(now.units()).add(bytes).min(MOST_BYTES).longValueExact());
  }
}
