package io.filcdn.metrics;

import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;

/** Lets in only calls of what {@link ForEdges} marks that carry its secret. */
@Provider
@ForEdges
public class EdgeDoor implements ContainerRequestFilter {

  private final Instance<MetricsConfig> config;

  /**
   * @param config looked into with each call: doors are built before it is there
   */
  EdgeDoor(Instance<MetricsConfig> config) {
    this.config = config;
  }

  @Override
  public void filter(ContainerRequestContext request) {
    BearerSecret secret = new BearerSecret(config.get().metrics().leases().secret());
    if (!secret.opens(request.getHeaderString("Authorization"))) {
      request.abortWith(
          Response.status(401)
              .header("WWW-Authenticate", "Bearer")
              .type("text/plain")
              .entity("expected the lease token as Authorization: Bearer …, found none or another")
              .build());
    }
  }
}
