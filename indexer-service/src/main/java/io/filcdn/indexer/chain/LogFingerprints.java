package io.filcdn.indexer.chain;

import static java.util.stream.Collectors.toUnmodifiableSet;

import io.filcdn.common.digest.Digests;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * The logs that a node told of one block, each as a fingerprint. Two readings of a block must be
 * the same; where the later one has more, the node had not told all of them at first.
 */
public record LogFingerprints(Set<String> fingerprints) {

  private static final int FINGERPRINT_BYTES = 16;

  public LogFingerprints {
    fingerprints = Set.copyOf(fingerprints);
  }

  /** The fingerprints of a block's logs. */
  public static LogFingerprints of(List<RawLog> logs) {
    return new LogFingerprints(
        logs.stream().map(LogFingerprints::fingerprint).collect(toUnmodifiableSet()));
  }

  /** True where it holds all that {@code other} holds. */
  public boolean holdsAll(LogFingerprints other) {
    return fingerprints.containsAll(other.fingerprints);
  }

  private static String fingerprint(RawLog log) {
    String all = log.position() + " " + log.address() + " " + log.topics() + " " + log.data();
    byte[] hash = Digests.sha256(all.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(hash, 0, FINGERPRINT_BYTES);
  }
}
