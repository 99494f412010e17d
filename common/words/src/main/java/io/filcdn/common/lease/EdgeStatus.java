package io.filcdn.common.lease;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.access.KeySighting;
import io.filcdn.common.piece.ByteCount;
import java.util.Optional;

/**
 * The state of an edge as it sees itself, posted to {@link #PATH} as often as it renews its leases;
 * answered by an {@link Answer}. It is for people who look: nothing is decided by it.
 *
 * @param edge the name of the edge
 * @param region the region that its operator named, if any
 * @param cache its cache of pieces
 */
public record EdgeStatus(String edge, Optional<String> region, CacheUse cache) {

  /** The path that it is posted to. */
  public static final String PATH = "/internal/v1/edge-status";

  public EdgeStatus {
    requireNonNull(edge, "edge is missing");
    requireNonNull(cache, "cache is missing");
    region = region.map(KeySighting::requireRegion);
  }

  /**
   * The use of a cache.
   *
   * @param pieces on disk, whole or in part
   * @param diskBytes what they take of the disk's share
   * @param maxDiskBytes the disk's share
   * @param memoryBytes of hot pieces in memory
   */
  public record CacheUse(
      long pieces, ByteCount diskBytes, ByteCount maxDiskBytes, ByteCount memoryBytes) {

    public CacheUse {
      requireNonNull(diskBytes, "diskBytes is missing");
      requireNonNull(maxDiskBytes, "maxDiskBytes is missing");
      requireNonNull(memoryBytes, "memoryBytes is missing");
      if (pieces < 0) {
        throw new IllegalArgumentException("expected at least 0 pieces, found " + pieces);
      }
    }
  }

  /**
   * The answer to an {@link EdgeStatus}.
   *
   * @param taken false where a later one of the edge is known
   */
  public record Answer(boolean taken) {}
}
