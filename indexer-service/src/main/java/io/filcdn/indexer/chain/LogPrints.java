package io.filcdn.indexer.chain;

import static java.util.stream.Collectors.toUnmodifiableSet;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * The logs that a node told of one block, each as a fingerprint. Two readings of a block must be
 * the same; where the later one has more, the node had not told all of them at first.
 */
public record LogPrints(Set<String> prints) {

  private static final int PRINT_BYTES = 16;

  public LogPrints {
    prints = Set.copyOf(prints);
  }

  /** The fingerprints of a block's logs. */
  public static LogPrints of(List<RawLog> logs) {
    return new LogPrints(logs.stream().map(LogPrints::print).collect(toUnmodifiableSet()));
  }

  /** True where it holds all that {@code other} holds. */
  public boolean holdsAll(LogPrints other) {
    return prints.containsAll(other.prints);
  }

  private static String print(RawLog log) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String all = log.position() + " " + log.address() + " " + log.topics() + " " + log.data();
      byte[] hash = digest.digest(all.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, PRINT_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
