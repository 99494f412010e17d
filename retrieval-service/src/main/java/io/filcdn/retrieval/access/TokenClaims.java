package io.filcdn.retrieval.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.filcdn.common.access.IpNetwork;
import io.filcdn.common.chain.Address;
import io.filcdn.common.digest.Digests;
import io.filcdn.common.lease.CapName;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.piece.PieceName;
import io.filcdn.common.time.NamedTime;
import io.filcdn.retrieval.refusal.Refusal;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The claims of a signed token (RFC 7519, RFC 9246), as far as they say who may fetch what. A claim
 * that is not known is passed over, unless the token or its name says that it limits something.
 *
 * @param expires from it on, the token is not good
 * @param notBefore before it, the token is not good
 * @param container what it is for
 * @param client whom it is for
 * @param issuer the payer, where the token names him
 * @param most the bytes for which it is good in all
 */
record TokenClaims(
    Instant expires,
    Optional<Instant> notBefore,
    Container container,
    Optional<IpNetwork> client,
    Optional<Address> issuer,
    Optional<ByteCount> most) {

  /** The audience that tokens may name. */
  static final String AUDIENCE = "filcdn";

  /** Begins the names of claims that are FilCDN's own. */
  private static final String OWN = "fcdn_";

  private static final String MOST = "fcdn_max";

  /** The claims whose meaning is known here; all but {@code jti} can be said to be critical. */
  private static final Set<String> UNDERSTOOD =
      Set.of(
          "iss", "aud", "exp", "nbf", "iat", "jti", "cdniv", "cdnicrit", "cdniip", "cdniuc", MOST);

  private static final int VERSION = 1;

  /** The pieces or the address that a token is for. */
  sealed interface Container {

    /** A piece, wherever and by whatever address it is asked for. */
    record OfPiece(PieceName piece) implements Container {}

    /**
     * One address.
     *
     * @param sha256 of it without the token, in base64url
     */
    record OfUri(String sha256) implements Container {}

    /** Begins an address' hash as a URL segment (RFC 6920, section 5). */
    String HASH = "hash:sha-256;";

    Pattern DIGEST = Pattern.compile("[A-Za-z0-9_-]{43}");

    private static Container of(String text) {
      if (!text.startsWith(HASH)) {
        return new OfPiece(PieceName.parse(text));
      }
      String digest = text.substring(HASH.length());
      if (!DIGEST.matcher(digest).matches()) {
        throw new IllegalArgumentException(
            "expected cdniuc as hash:sha-256; and 43 characters of base64url, found another");
      }
      return new OfUri(digest);
    }
  }

  /**
   * Reads claims.
   *
   * @throws IllegalArgumentException where one is missing, of another form, or a limit that is not
   *     known; the message says what was expected
   */
  static TokenClaims of(Map<String, @Nullable Object> claims) {
    requireUnderstood(claims);
    if (claims.containsKey("cdniv") && number(claims, "cdniv") != VERSION) {
      throw new IllegalArgumentException("expected cdniv of 1, found another");
    }
    requireAudience(claims.get("aud"));
    if (claims.containsKey(MOST) && text(claims, "jti").isEmpty()) {
      throw new IllegalArgumentException(
          "expected a jti, another for each token with fcdn_max, found an empty one");
    }
    return new TokenClaims(
        time(claims, "exp"),
        claims.containsKey("nbf") ? Optional.of(time(claims, "nbf")) : Optional.empty(),
        Container.of(text(claims, "cdniuc")),
        claims.containsKey("cdniip") ? Optional.of(network(claims)) : Optional.empty(),
        claims.containsKey("iss") ? Optional.of(Address.of(text(claims, "iss"))) : Optional.empty(),
        claims.containsKey(MOST)
            ? Optional.of(ByteCount.of(number(claims, MOST)))
            : Optional.empty());
  }

  /** The reason that a token with these claims is not good for a request. */
  Optional<Refusal> refusal(AccessRequest request, Instant now) {
    if (!now.isBefore(expires)) {
      return Optional.of(Refusal.SIGNED_TOKEN_EXPIRED);
    }
    if (notBefore.filter(now::isBefore).isPresent()) {
      return Optional.of(Refusal.SIGNED_TOKEN_EARLY);
    }
    if (issuer.filter(payer -> !payer.equals(request.payer())).isPresent()) {
      return Optional.of(Refusal.SIGNED_TOKEN_PAYER);
    }
    if (!covers(request.admitted().piece(), request.address())) {
      return Optional.of(Refusal.SIGNED_TOKEN_PIECE);
    }
    if (client.filter(network -> !network.contains(request.client())).isPresent()) {
      return Optional.of(Refusal.SIGNED_TOKEN_NETWORK);
    }
    // metrics keeps what is left of a token's bytes for so long, and not for a longer time
    return most.isPresent() && expires.isAfter(now.plus(CapName.LONGEST_TOKEN))
        ? Optional.of(Refusal.SIGNED_TOKEN_CAP)
        : Optional.empty();
  }

  private boolean covers(PieceCid piece, Supplier<String> address) {
    return switch (container) {
      case Container.OfPiece(PieceName name) -> names(name, piece);
      // a proxy that ends TLS hides which of the two it was
      case Container.OfUri(String sha256) -> {
        String asked = address.get();
        yield sha256.equals(digest("https://" + asked)) || sha256.equals(digest("http://" + asked));
      }
    };
  }

  /** A v1 CID names all pieces with its root. */
  static boolean names(PieceName name, PieceCid piece) {
    return name.equals(piece) || name.equals(piece.commP());
  }

  private static String digest(String address) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Digests.sha256(address.getBytes(UTF_8)));
  }

  private static void requireUnderstood(Map<String, @Nullable Object> claims) {
    for (String name : claims.keySet()) {
      if (name.startsWith(OWN) && !UNDERSTOOD.contains(name)) {
        throw new IllegalArgumentException(
            "expected claims that are known here, found one that begins with " + OWN);
      }
    }
    if (claims.containsKey("cdnicrit")) {
      List<String> critical = Arrays.asList(text(claims, "cdnicrit").split(",", -1));
      // nobody remembers identifiers, so that a token for one use cannot be kept to it
      if (!UNDERSTOOD.containsAll(critical)
          || critical.contains("jti")
          || !claims.keySet().containsAll(critical)) {
        throw new IllegalArgumentException(
            "expected cdnicrit to name claims that are there and known here, found another");
      }
    }
  }

  private static void requireAudience(@Nullable Object audience) {
    if (audience != null
        && !audience.equals(AUDIENCE)
        && !(audience instanceof List<?> several && several.contains(AUDIENCE))) {
      throw new IllegalArgumentException("expected aud of filcdn, found another");
    }
  }

  private static IpNetwork network(Map<String, @Nullable Object> claims) {
    String text = text(claims, "cdniip");
    return IpNetwork.of(
        text.indexOf('/') >= 0 ? text : text + (text.indexOf(':') >= 0 ? "/128" : "/32"));
  }

  private static Instant time(Map<String, @Nullable Object> claims, String name) {
    long seconds = number(claims, name);
    if (seconds >= NamedTime.END.getEpochSecond()) {
      throw new IllegalArgumentException(
          "expected %s in seconds since 1970, before the year 9999, found another".formatted(name));
    }
    return Instant.ofEpochSecond(seconds);
  }

  private static long number(Map<String, @Nullable Object> claims, String name) {
    if (claims.get(name) instanceof Long number && number >= 0) {
      return number;
    }
    throw new IllegalArgumentException(
        "expected %s as a whole number of at least 0, found none".formatted(name));
  }

  private static String text(Map<String, @Nullable Object> claims, String name) {
    if (claims.get(name) instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("expected %s as a text, found none".formatted(name));
  }
}
