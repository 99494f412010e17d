package io.filcdn.retrieval.request;

import io.filcdn.retrieval.access.Credential;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The credential that a connection showed last, as it was read. Most connections show the same
 * again and again. Reading is all that this spares: that it was read says nothing of whether it is
 * good.
 *
 * @param authorization the header, where there was one
 * @param query of the address, where there was one
 */
record ShownCredential(
    @Nullable String authorization, @Nullable String query, Credential credential) {

  private static final AttributeKey<ShownCredential> LAST =
      AttributeKey.valueOf("filcdn-shown-credential");

  /** Characters that are kept for a connection: a signed token, and what else its query says. */
  private static final int LONGEST = 2_560;

  /** The credential of a request that shows what the one before it on its connection did. */
  static Optional<Credential> again(
      HttpServerRequest request, @Nullable String authorization, @Nullable String query) {
    ShownCredential last =
        request.connection() instanceof ConnectionBase base ? attribute(base).get() : null;
    return last != null
            && Objects.equals(last.authorization, authorization)
            && Objects.equals(last.query, query)
        ? Optional.of(last.credential)
        : Optional.empty();
  }

  /** Keeps what a request shows for the next on its connection, where it takes time to read. */
  void keep(HttpServerRequest request) {
    boolean takesTime =
        switch (credential) {
          case Credential.Key _, Credential.Signed _, Credential.Gated _ -> true;
          case Credential.None _, Credential.Bot _, Credential.Unusable _ -> false;
        };
    if (takesTime
        && length(authorization) + length(query) <= LONGEST
        && request.connection() instanceof ConnectionBase base) {
      attribute(base).set(this);
    }
  }

  private static Attribute<ShownCredential> attribute(ConnectionBase connection) {
    return connection.channel().attr(LAST);
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }
}
