package io.filcdn.metrics.query;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.ext.Provider;
import java.util.List;

/** The {@code Allow} header of answers about wrong methods: what is public is only read. */
@Provider
public final class AllowHeaderFilter implements ContainerResponseFilter {

  private static final List<String> OTHERS =
      List.of("api/v1/admin/", "api/v1/credits/", "api/v1/keys", "api/v1/sessions", "internal/");
  private static final int NOT_ALLOWED = 405;

  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response) {
    String path = request.getUriInfo().getPath().replaceFirst("^/+", "");
    if (response.getStatus() == NOT_ALLOWED && OTHERS.stream().noneMatch(path::startsWith)) {
      response.getHeaders().putSingle(HttpHeaders.ALLOW, "GET, HEAD, OPTIONS");
    }
  }
}
