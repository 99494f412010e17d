package io.filcdn.common.identity;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The proof that an edge makes a request, as its {@code Authorization} header says: {@code
 * FilCDN-Edge edge="…", at=…, signature="…"}. It is good for one path and one body.
 *
 * @param at when it was signed, in milliseconds since 1970; an edge's next request has a later time
 * @param signature of the request, in Base64
 */
public record RequestSignature(String edge, long at, String signature) {

  /** The scheme's name, in {@code Authorization} and {@code WWW-Authenticate}. */
  public static final String SCHEME = "FilCDN-Edge";

  /** The most that the clocks of who signs and who believes may differ. */
  public static final Duration TOLERANCE = Duration.ofMinutes(1);

  /**
   * The most by which a time that was believed can be later than one that is believed now. One that
   * is later still was told by a clock that was ahead.
   */
  public static final Duration MOST_APART = TOLERANCE.multipliedBy(2);

  private static final Pattern HEADER =
      Pattern.compile(
          SCHEME + " edge=\"([^\"]{1,200})\", at=([0-9]{1,15}), signature=\"([A-Za-z0-9+/=]+)\"");

  public RequestSignature {
    requireNonNull(edge, "edge is missing");
    requireNonNull(signature, "signature is missing");
  }

  /** Signs a request. */
  public static RequestSignature of(
      EdgePrivateKey key, String path, String edge, long at, String body) {
    return new RequestSignature(edge, at, key.sign(SignedMessage.request(path, edge, at, body)));
  }

  /** Reads the header's value; nothing where it is of another form. */
  public static Optional<RequestSignature> read(String header) {
    Matcher parts = HEADER.matcher(header);
    if (!parts.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new RequestSignature(parts.group(1), Long.parseLong(parts.group(2)), parts.group(3)));
  }

  /** The header's value. */
  public String header() {
    return "%s edge=\"%s\", at=%d, signature=\"%s\"".formatted(SCHEME, edge, at, signature);
  }

  /** The bytes that were signed, if it is this request that was. */
  public byte[] message(String path, String body) {
    return SignedMessage.request(path, edge, at, body);
  }
}
