package io.filcdn.settlement.model;

import io.filcdn.common.piece.ByteCount;

/** Bytes of both kinds: all egress, and what of it providers had to supply. */
public record Usage(ByteCount cdnBytes, ByteCount cacheMissBytes) {

  public static final Usage NONE = new Usage(ByteCount.ZERO, ByteCount.ZERO);

  public Usage plus(Usage other) {
    return new Usage(cdnBytes.plus(other.cdnBytes), cacheMissBytes.plus(other.cacheMissBytes));
  }

  /**
   * The sum, or the largest number of bytes where it would exceed that: what forgers claim does.
   */
  public Usage plusCapped(Usage other) {
    return new Usage(
        capped(cdnBytes, other.cdnBytes), capped(cacheMissBytes, other.cacheMissBytes));
  }

  private static ByteCount capped(ByteCount one, ByteCount other) {
    return ByteCount.of(
        one.bytes() > Long.MAX_VALUE - other.bytes()
            ? Long.MAX_VALUE
            : one.bytes() + other.bytes());
  }

  /** True where neither part of this is below that of {@code other}. */
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
