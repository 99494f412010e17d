package io.filcdn.settlement.ledger;

import io.filcdn.common.piece.ByteCount;

/** Bytes of both kinds: all egress, and what of it providers had to supply. */
public record Usage(ByteCount cdnBytes, ByteCount cacheMissBytes) {

  public static final Usage NONE = new Usage(ByteCount.ZERO, ByteCount.ZERO);

  public Usage plus(Usage other) {
    return new Usage(cdnBytes.plus(other.cdnBytes), cacheMissBytes.plus(other.cacheMissBytes));
  }

  /** Whether neither part of this is below that of {@code other}. */
  public boolean reaches(Usage other) {
    return cdnBytes.compareTo(other.cdnBytes) >= 0
        && cacheMissBytes.compareTo(other.cacheMissBytes) >= 0;
  }

  @Override
  public String toString() {
    return "%s cdn and %s cache-miss bytes".formatted(cdnBytes, cacheMissBytes);
  }

  /**
   * The difference.
   *
   * @throws IllegalArgumentException where this does not reach {@code other}
   */
  public Usage minus(Usage other) {
    return new Usage(cdnBytes.minus(other.cdnBytes), cacheMissBytes.minus(other.cacheMissBytes));
  }
}
