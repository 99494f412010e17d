package io.filcdn.retrieval.request;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.filcdn.common.access.AccessKey;
import io.filcdn.retrieval.access.Credential;
import io.filcdn.retrieval.refusal.Refusal;
import java.util.Locale;
import java.util.Optional;

/**
 * A reader of what {@code Authorization} shows, by its scheme. What has a typo, or is for another
 * network, is found to be unusable here, before anything is looked up.
 *
 * <p>Keys that were read of late are remembered with their hashes: reading one takes some
 * microseconds. That one is remembered says nothing of whether it is good.
 */
public final class CredentialReader {

  private static final String KEY = "fcdn_";

  /** Keys that are remembered, some hundred bytes each. */
  private static final long REMEMBERED = 10_000;

  private final BotTokens bots;
  private final String network;
  private final Cache<String, Credential> recent =
      Caffeine.newBuilder().maximumSize(REMEMBERED).build();

  /**
   * @param network as keys have it
   */
  public CredentialReader(BotTokens bots, String network) {
    this.bots = bots;
    this.network = network;
  }

  /** Reads the header's value, where there is one. */
  Credential read(Optional<String> authorization) {
    if (authorization.isEmpty()) {
      return new Credential.None();
    }
    String header = authorization.get();
    Credential known = recent.getIfPresent(header);
    if (known != null) {
      return known;
    }
    Credential credential = read(header);
    if (credential instanceof Credential.Key) {
      recent.put(header, credential);
    }
    return credential;
  }

  private Credential read(String header) {
    String[] parts = header.strip().split(" ", 2);
    String value = parts.length > 1 ? parts[1].strip() : "";
    return switch (parts[0].toLowerCase(Locale.ROOT)) {
      case "bearer" -> value.startsWith(KEY) ? key(value) : bot(value);
      default -> new Credential.Unusable(Refusal.TOKEN_UNKNOWN);
    };
  }

  private Credential key(String text) {
    Optional<AccessKey> key = AccessKey.read(text);
    if (key.isEmpty()) {
      return new Credential.Unusable(Refusal.KEY_MALFORMED);
    }
    return key.get().network().equals(network)
        ? new Credential.Key(key.get())
        : new Credential.Unusable(Refusal.KEY_OTHER_NETWORK);
  }

  private Credential bot(String token) {
    return bots.nameOf(token)
        .<Credential>map(Credential.Bot::new)
        .orElseGet(() -> new Credential.Unusable(Refusal.TOKEN_UNKNOWN));
  }
}
