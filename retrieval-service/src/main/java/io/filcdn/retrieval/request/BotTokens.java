package io.filcdn.retrieval.request;

import io.filcdn.common.digest.Digests;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The tokens by which bots make themselves known, so that their bytes are billed to nobody. Looked
 * up by hash, so that the time of a look-up tells nothing of a token.
 */
public final class BotTokens {

  private final Map<String, String> namesByHash;

  /**
   * @param tokensByName the secret of each bot
   */
  public BotTokens(Map<String, String> tokensByName) {
    namesByHash =
        tokensByName.entrySet().stream()
            .collect(Collectors.toUnmodifiableMap(e -> hash(e.getValue()), Map.Entry::getKey));
  }

  /** The name of the bot whose token this is. */
  public Optional<String> nameOf(String token) {
    return namesByHash.isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(namesByHash.get(hash(token)));
  }

  private static String hash(String token) {
    return HexFormat.of().formatHex(Digests.sha256(token.getBytes(StandardCharsets.UTF_8)));
  }
}
