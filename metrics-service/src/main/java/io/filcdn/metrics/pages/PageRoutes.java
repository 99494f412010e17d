package io.filcdn.metrics.pages;

import io.filcdn.metrics.pages.NetworkResource.NetworkView;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.MIMEHeader;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * The routes of the pages, which are one document that shows what its path says. A payer's path is
 * the API's too: whoever asks for HTML gets the page, anyone else the API's answer.
 */
@ApplicationScoped
public class PageRoutes {

  private static final String DOCUMENT = "/index.html";
  private static final String PAGES =
      "/(?:start|account|settlement|system|meanings)|/(?:provider|audit)/[^/]+(?:/[^/]+)?";
  private static final String PAYER = "/payer/[^/]+";

  /** Files whose names change with their content. */
  private static final String HASHED = "/assets/.+";

  private final String policy;

  public PageRoutes(NetworkView network) {
    this.policy = PagePolicy.of(network.pieceUrl());
  }

  void add(@Observes Router router) {
    read(router.routeWithRegex(HASHED))
        .handler(request -> cache(request, "public, max-age=31536000, immutable"));
    read(router.routeWithRegex("/|" + DOCUMENT)).handler(this::document);
    read(router.routeWithRegex(PAGES)).handler(request -> request.reroute(DOCUMENT));
    read(router.routeWithRegex(PAYER)).handler(PageRoutes::pageOrApi);
  }

  private static Route read(Route route) {
    return route.method(HttpMethod.GET).method(HttpMethod.HEAD);
  }

  private void document(RoutingContext request) {
    request.response().putHeader("Content-Security-Policy", policy);
    cache(request, "no-cache");
  }

  /** For what is there; a refusal is not to be kept. */
  private static void cache(RoutingContext request, String control) {
    request.addHeadersEndHandler(
        _ -> {
          if (request.response().getStatusCode() < 400) {
            request.response().putHeader(HttpHeaders.CACHE_CONTROL, control);
          }
        });
    request.next();
  }

  private static void pageOrApi(RoutingContext request) {
    request.response().headers().add(HttpHeaders.VARY, HttpHeaders.ACCEPT);
    if (weight(request, "text/html") > weight(request, "application/json")) {
      request.reroute(DOCUMENT);
    } else {
      request.next();
    }
  }

  /** The weight of a media type that is accepted by its name, 0 where it is not. */
  private static float weight(RoutingContext request, String type) {
    return request.parsedHeaders().accept().stream()
        .filter(accepted -> accepted.value().equalsIgnoreCase(type))
        .map(MIMEHeader::weight)
        .max(Float::compare)
        .orElse(0f);
  }
}
