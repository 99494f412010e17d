package io.filcdn.metrics.accounts;

import jakarta.ws.rs.core.HttpHeaders;
import org.jboss.resteasy.reactive.RestResponse;

/** Answers that no cache may keep: a payer's own, and those with a secret. */
public final class PrivateAnswer {

  private PrivateAnswer() {}

  /** An answer with what is there. */
  public static <T> RestResponse<T> ok(T body) {
    return with(RestResponse.Status.OK, body);
  }

  /** An answer with what the call has made. */
  public static <T> RestResponse<T> created(T body) {
    return with(RestResponse.Status.CREATED, body);
  }

  private static <T> RestResponse<T> with(RestResponse.Status status, T body) {
    return RestResponse.ResponseBuilder.create(status, body)
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }
}
