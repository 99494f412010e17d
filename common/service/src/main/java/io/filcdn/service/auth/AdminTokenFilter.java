package io.filcdn.service.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.smallrye.config.Secret;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.ext.Provider;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The check that a call of an operator carries the admin token; without a token, none does. */
@OperatorsOnly
@Provider
@Priority(Priorities.AUTHENTICATION)
public final class AdminTokenFilter implements ContainerRequestFilter {

  private final Instance<AdminConfig> config;

  /**
   * @param config looked into with each call: filters are made before the settings are read
   */
  AdminTokenFilter(Instance<AdminConfig> config) {
    this.config = config;
  }

  @Override
  public void filter(ContainerRequestContext request) {
    // SmallRye gives a secret without a value where there is none
    Optional<String> token = config.get().token().map(Secret::get);
    if (!isIn(request.getHeaderString(HttpHeaders.AUTHORIZATION), token)) {
      request.abortWith(unauthorized(token.isPresent()).getResponse());
    }
  }

  /** True where the header has the token; compared in constant time. */
  static boolean isIn(@Nullable String authorization, Optional<String> token) {
    Optional<byte[]> shown = BearerToken.read(authorization).map(text -> text.getBytes(UTF_8));
    return token
        .map(secret -> secret.getBytes(UTF_8))
        .flatMap(expected -> shown.map(found -> MessageDigest.isEqual(expected, found)))
        .orElse(false);
  }

  private static WebApplicationException unauthorized(boolean configured) {
    return BearerToken.unauthorized(
        configured
            ? "expected the admin token as Authorization: Bearer, found none or another"
            : "operators' calls are off: set filcdn.admin.token");
  }
}
