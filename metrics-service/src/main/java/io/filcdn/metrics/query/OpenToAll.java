package io.filcdn.metrics.query;

import io.filcdn.service.problem.HttpProblem;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;

/**
 * Who may ask, and how: pages of any origin, and by GET only. It stands before the routes, so that
 * answers about wrong methods and wrong paths say so too.
 */
@ApplicationScoped
public class OpenToAll {

  private static final String METHODS = "GET, OPTIONS";

  /** Paths of operators and edges, which authenticate their callers. */
  private static final List<String> NOT_FOR_ALL = List.of("/q/", "/api/v1/admin/", "/internal/");

  /** Before the routes, whatever their order. */
  private static final int FIRST = 1000;

  void register(@Observes Filters filters) {
    filters.register(OpenToAll::filter, FIRST);
  }

  private static void filter(RoutingContext request) {
    if (NOT_FOR_ALL.stream().anyMatch(request.normalizedPath()::startsWith)) {
      request.next();
      return;
    }
    HttpServerResponse response = request.response();
    response.putHeader("Access-Control-Allow-Origin", "*");
    HttpMethod method = request.request().method();
    if (method.equals(HttpMethod.GET)) {
      request.next();
    } else if (method.equals(HttpMethod.OPTIONS)) {
      response
          .setStatusCode(204)
          .putHeader("Access-Control-Allow-Methods", METHODS)
          .putHeader("Access-Control-Allow-Headers", "*")
          .putHeader("Access-Control-Max-Age", "86400")
          .end();
    } else {
      response
          .setStatusCode(405)
          .putHeader("Allow", METHODS)
          .putHeader("Content-Type", HttpProblem.MEDIA_TYPE)
          .end(HttpProblem.of(405, "method-not-allowed", "this is read by GET").json());
    }
  }
}
