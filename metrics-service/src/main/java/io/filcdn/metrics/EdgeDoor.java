package io.filcdn.metrics;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;

/** Lets in only calls of what {@link ForEdges} marks that carry its secret. */
@Provider
@ForEdges
public class EdgeDoor implements ContainerRequestFilter {

  private final BearerSecret secret;

  EdgeDoor(MetricsConfig config) {
    secret = new BearerSecret(config.metrics().leases().secret());
  }

  @Override
  public void filter(ContainerRequestContext request) {
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
