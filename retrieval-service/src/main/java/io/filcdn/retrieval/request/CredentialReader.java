package io.filcdn.retrieval.request;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.filcdn.common.access.AccessKey;
import io.filcdn.retrieval.access.Credential;
import io.filcdn.retrieval.access.SignedToken;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.wallet.CurioToken;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * A reader of what a request shows: {@code Authorization}, by its scheme, and tokens in its query.
 * A text with a typo, or for another network, is found to be unusable here, before anything is
 * looked up.
 *
 * <p>What a connection shows again is not read again ({@link ShownCredential}). Keys that were read
 * of late are remembered with their hashes, as one is shown on many connections: reading one takes
 * some microseconds. That one is remembered says nothing of whether it is good.
 */
public final class CredentialReader {

  private static final Credential NONE = new Credential.None();
  private static final String KEY = "fcdn_";
  private static final String GATED = "curioretrieval";

  /** Keys that are remembered, some hundred bytes each. */
  private static final long REMEMBERED = 10_000;

  /** Characters of a header that is remembered: of a key with the longest network. */
  private static final int LONGEST = 128;

  private static final Duration REMEMBERED_FOR = Duration.ofMinutes(1);

  private final BotTokens bots;
  private final String network;
  private final Cache<String, Credential> recent =
      Caffeine.newBuilder()
          .maximumSize(REMEMBERED)
          .expireAfterAccess(REMEMBERED_FOR)
          .executor(Runnable::run)
          .build();

  /**
   * @param network as keys have it
   */
  public CredentialReader(BotTokens bots, String network) {
    this.bots = bots;
    this.network = network;
  }

  /** Reads what a request shows, in its header and its query. */
  Credential read(HttpServerRequest request) {
    String authorization = request.getHeader(HttpHeaderNames.AUTHORIZATION);
    String query = request.query();
    if (authorization == null && query == null) {
      return NONE;
    }
    Optional<Credential> again = ShownCredential.again(request, authorization, query);
    if (again.isPresent()) {
      return again.get();
    }
    Credential shown = read(Optional.ofNullable(authorization));
    Credential read = query == null ? shown : TokenQuery.read(query, shown);
    new ShownCredential(authorization, query, read).keep(request);
    return read;
  }

  /** Reads the header's value, where there is one. */
  Credential read(Optional<String> authorization) {
    if (authorization.isEmpty()) {
      return NONE;
    }
    String header = authorization.get();
    Credential known = recent.getIfPresent(header);
    if (known != null) {
      return known;
    }
    Credential credential = read(header);
    if (credential instanceof Credential.Key && header.length() <= LONGEST) {
      recent.put(header, credential);
    }
    return credential;
  }

  private Credential read(String header) {
    String[] parts = header.strip().split(" ", 2);
    String value = parts.length > 1 ? parts[1].strip() : "";
    return switch (parts[0].toLowerCase(Locale.ROOT)) {
      case "bearer" -> value.startsWith(KEY) ? key(value) : bearer(value);
      case GATED -> new Credential.Gated(CurioToken.read(value));
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

  private Credential bearer(String token) {
    Optional<String> bot = bots.nameOf(token);
    if (bot.isPresent()) {
      return new Credential.Bot(bot.get());
    }
    return isJwt(token)
        ? new Credential.Signed(new SignedToken(token), Optional.empty())
        : new Credential.Unusable(Refusal.TOKEN_UNKNOWN);
  }

  /** True for the shape of a JSON Web Token with its header's first brace: three parts. */
  private static boolean isJwt(String token) {
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    return token.startsWith("e") && first > 0 && second > 0 && token.indexOf('.', second + 1) < 0;
  }
}
