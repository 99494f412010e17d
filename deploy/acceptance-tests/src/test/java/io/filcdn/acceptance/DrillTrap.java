package io.filcdn.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;

/** A place in the operator's network where nobody has anything to look for. */
final class DrillTrap implements AutoCloseable {

  private final ServerSocket server;
  private final AtomicInteger visits = new AtomicInteger();

  private DrillTrap(ServerSocket server) {
    this.server = server;
  }

  static DrillTrap open() {
    try {
      DrillTrap trap = new DrillTrap(new ServerSocket(0, 16, InetAddress.getLoopbackAddress()));
      Thread.startVirtualThread(trap::accept);
      return trap;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its URL, of another host than providers have. */
  URI url() {
    return URI.create("http://localhost:%d/latest/meta-data".formatted(server.getLocalPort()));
  }

  /** The connections to it so far. */
  int visits() {
    return visits.get();
  }

  private void accept() {
    try {
      while (true) {
        try (Socket _ = server.accept()) {
          visits.incrementAndGet();
        }
      }
    } catch (IOException e) {
      // it is closed
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
