package io.filcdn.testing.provider;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;

/** The CORS headers that let pages of any origin use the PDP API, as Curio sends them. */
final class CorsFilter extends Filter {

  @Override
  public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("Access-Control-Allow-Origin", "*");
    headers.set("Access-Control-Expose-Headers", "Location");
    if (exchange.getRequestMethod().equals("OPTIONS")) {
      headers.set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE");
      headers.set("Access-Control-Allow-Headers", "Content-Type");
      Answer.empty(exchange, 204);
      return;
    }
    chain.doFilter(exchange);
  }

  @Override
  public String description() {
    return "CORS for any origin";
  }
}
