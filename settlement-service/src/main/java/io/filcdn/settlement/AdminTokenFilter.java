package io.filcdn.settlement;

import io.smallrye.config.Secret;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/** Lets calls of operators through that carry the admin token; without a token, none. */
@OperatorsOnly
@Provider
final class AdminTokenFilter implements ContainerRequestFilter {

  private final Instance<SettlementConfig> config;

  /** Filters are made before the settings are read. */
  AdminTokenFilter(Instance<SettlementConfig> config) {
    this.config = config;
  }

  @Override
  public void filter(ContainerRequestContext request) {
    String found =
        Optional.ofNullable(request.getHeaderString(HttpHeaders.AUTHORIZATION)).orElse("");
    boolean right =
        config
            .get()
            .settlement()
            .adminToken()
            // SmallRye gives a secret without a value where there is none
            .map(Secret::get)
            .map("Bearer "::concat)
            .map(
                expected ->
                    MessageDigest.isEqual(
                        expected.getBytes(StandardCharsets.UTF_8),
                        found.getBytes(StandardCharsets.UTF_8)))
            .orElse(false);
    if (!right) {
      request.abortWith(
          Problem.response(
                  Response.Status.UNAUTHORIZED,
                  "unauthorized",
                  "expected the token of FILCDN_SETTLEMENT_ADMIN_TOKEN as a Bearer token")
              .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
              .build());
    }
  }
}
