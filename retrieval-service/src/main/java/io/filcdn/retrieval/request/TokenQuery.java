package io.filcdn.retrieval.request;

import io.filcdn.retrieval.access.Credential;
import io.filcdn.retrieval.access.SignedToken;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.wallet.CurioToken;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The tokens in a query: a signed one (RFC 9246), and one of gated retrieval. Neither has
 * characters that are encoded there, and what is encoded is none.
 */
public final class TokenQuery {

  private static final String SIGNED = "URISigningPackage=";
  private static final String GATED = CurioToken.PARAMETER + "=";

  private TokenQuery() {}

  /**
   * Reads what a query shows.
   *
   * @param shown what the header does
   */
  static Credential read(String query, Credential shown) {
    List<String> signed = values(query, SIGNED);
    if (!signed.isEmpty()) {
      return signed.size() > 1
          ? new Credential.Unusable(Refusal.CREDENTIALS_SEVERAL)
          : signed(new SignedToken(signed.getFirst()), shown);
    }
    List<String> gated = values(query, GATED);
    if (gated.isEmpty()) {
      return shown;
    }
    return gated.size() == 1 && shown instanceof Credential.None
        ? new Credential.Gated(CurioToken.read(gated.getFirst()))
        : new Credential.Unusable(Refusal.CREDENTIALS_SEVERAL);
  }

  private static Credential signed(SignedToken token, Credential shown) {
    return switch (shown) {
      case Credential.None _ -> new Credential.Signed(token, Optional.empty());
      case Credential.Bot(String name) -> new Credential.Signed(token, Optional.of(name));
      case Credential.Key _, Credential.Signed _, Credential.Gated _ ->
          new Credential.Unusable(Refusal.CREDENTIALS_SEVERAL);
      case Credential.Unusable unusable -> unusable;
    };
  }

  private static List<String> values(String query, String name) {
    return query.contains(name)
        ? Arrays.stream(query.split("&", -1))
            .filter(part -> part.startsWith(name))
            .map(part -> part.substring(name.length()))
            .toList()
        : List.of();
  }

  /** The address that is asked for, without its scheme and its tokens: authority, path, query. */
  public static String address(HttpServerRequest request) {
    HostAndPort authority = request.authority();
    String rest =
        request.query() == null
            ? ""
            : Arrays.stream(request.query().split("&", -1))
                .filter(part -> !part.startsWith(SIGNED))
                .collect(Collectors.joining("&"));
    return (authority == null ? "" : authority.toString())
        + request.path()
        + (rest.isEmpty() ? "" : "?" + rest);
  }
}
