package io.filcdn.acceptance;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;

/** A place in the operator's network where nobody has anything to look for. */
final class DrillTrap implements AutoCloseable {

  private final HttpServer server;
  private final AtomicInteger visits = new AtomicInteger();

  private DrillTrap(HttpServer server) {
    this.server = server;
  }

  static DrillTrap open() {
    try {
      DrillTrap trap =
          new DrillTrap(
              HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
      trap.server.createContext(
          "/",
          exchange -> {
            trap.visits.incrementAndGet();
            exchange.close();
          });
      trap.server.start();
      return trap;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its URL, of another host than providers have. */
  URI url() {
    return URI.create(
        "http://localhost:%d/latest/meta-data".formatted(server.getAddress().getPort()));
  }

  /** The requests that it got so far. */
  int visits() {
    return visits.get();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
