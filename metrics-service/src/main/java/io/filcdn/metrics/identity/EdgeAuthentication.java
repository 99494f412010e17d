package io.filcdn.metrics.identity;

import io.filcdn.common.identity.RequestSignature;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The check that a request was signed a moment ago by an edge of the operator's list. */
public record EdgeAuthentication(EdgeListFile edges, Clock clock) {

  /** The caller that makes a request. */
  public sealed interface Caller {

    /**
     * An edge.
     *
     * @param at when it signed, in milliseconds since 1970
     */
    record Edge(String name, long at) implements Caller {}

    /**
     * A caller that has not shown which edge it is.
     *
     * @param reason a label of metrics
     * @param message what was expected and what was found
     */
    record Unauthenticated(String reason, String message) implements Caller {}
  }

  /**
   * The caller that makes a request.
   *
   * @param authorization the header, where there is one
   */
  public Caller authenticate(@Nullable String authorization, String path, String body) {
    Optional<RequestSignature> signed =
        Optional.ofNullable(authorization).flatMap(RequestSignature::read);
    if (signed.isEmpty()) {
      return new Caller.Unauthenticated(
          AuthenticationFailure.UNSIGNED.code(),
          "expected an Authorization header of the scheme %s, found none or another"
              .formatted(RequestSignature.SCHEME));
    }
    return verify(signed.get(), path, body);
  }

  private Caller verify(RequestSignature signed, String path, String body) {
    Instant now = clock.instant();
    Instant at = Instant.ofEpochMilli(signed.at());
    if (Duration.between(at, now).abs().compareTo(RequestSignature.TOLERANCE) > 0) {
      return new Caller.Unauthenticated(
          "clock",
          "expected a request signed within a minute of %s, found %s; set the edge's clock"
              .formatted(now, at));
    }
    return edges
        .current()
        .verify(signed.edge(), signed.message(path, body), signed.signature(), now)
        .<Caller>map(why -> new Caller.Unauthenticated(why.code(), why.message()))
        .orElseGet(() -> new Caller.Edge(signed.edge(), signed.at()));
  }
}
