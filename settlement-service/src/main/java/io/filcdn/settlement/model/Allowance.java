package io.filcdn.settlement.model;

import io.filcdn.common.piece.ByteCount;

/**
 * The bytes that a data set's grants pay for, since its first.
 *
 * @param certain by grants that are final: no more may ever be reported
 * @param likely by those too that a reorg can still take away
 */
public record Allowance(Usage certain, Usage likely) {

  /** The part of {@code usage} that may be reported where {@code covered} was before. */
  Usage limit(Usage usage, Usage covered) {
    return new Usage(
        limit(usage.cdnBytes(), certain.cdnBytes(), covered.cdnBytes()),
        limit(usage.cacheMissBytes(), certain.cacheMissBytes(), covered.cacheMissBytes()));
  }

  private static ByteCount limit(ByteCount bytes, ByteCount certain, ByteCount covered) {
    return ByteCount.of(Math.min(bytes.bytes(), Math.max(0, certain.bytes() - covered.bytes())));
  }
}
