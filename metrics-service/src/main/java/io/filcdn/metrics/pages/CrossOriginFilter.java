package io.filcdn.metrics.pages;

import io.filcdn.service.problem.HttpProblem;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;

/**
 * The rules of what pages may do here (CORS): those of any origin may read, those of this host may
 * do what anyone may. Quarkus' own filter refuses the latter where any origin may read.
 */
@ApplicationScoped
public class CrossOriginFilter {

  private static final int BEFORE_ALL_ELSE = 300;
  private static final String READ = "GET,HEAD";
  private static final String ONE_DAY = "86400";

  void add(@Observes Filters filters) {
    filters.register(CrossOriginFilter::handle, BEFORE_ALL_ELSE);
  }

  private static void handle(RoutingContext context) {
    HttpServerRequest request = context.request();
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    if (origin == null) {
      context.next();
      return;
    }
    HttpServerResponse response = context.response();
    response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    HttpMethod method = request.method();
    if (method.equals(HttpMethod.OPTIONS)
        && request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD)) {
      answerPreflight(request, response);
    } else if (isRead(method) || isOfThisHost(origin, request.authority())) {
      context.next();
    } else {
      HttpProblem problem =
          HttpProblem.of(
              403,
              "origin-foreign",
              "pages of other origins may read here, and do nothing else: have your server ask");
      response
          .setStatusCode(problem.status())
          .putHeader(HttpHeaders.CONTENT_TYPE, HttpProblem.MEDIA_TYPE)
          .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
          .end(problem.json());
    }
  }

  private static void answerPreflight(HttpServerRequest request, HttpServerResponse response) {
    response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, READ);
    String headers = request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_HEADERS);
    if (headers != null) {
      response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, headers);
    }
    response.putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, ONE_DAY).end();
  }

  private static boolean isRead(HttpMethod method) {
    return method.equals(HttpMethod.GET)
        || method.equals(HttpMethod.HEAD)
        || method.equals(HttpMethod.OPTIONS);
  }

  /** By host and port alone: TLS may end before this service. */
  private static boolean isOfThisHost(String origin, HostAndPort host) {
    try {
      return host != null && host.toString().equalsIgnoreCase(URI.create(origin).getRawAuthority());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
