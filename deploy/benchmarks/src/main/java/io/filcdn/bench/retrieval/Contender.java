package io.filcdn.bench.retrieval;

import io.filcdn.bench.run.Server;
import io.filcdn.common.piece.PieceCid;
import java.net.URI;

/**
 * A running cache under test.
 *
 * @param name for people
 * @param server the process
 * @param port where it listens on loopback
 * @param host the {@code Host} it is asked by
 */
record Contender(String name, Server server, int port, String host) implements AutoCloseable {

  URI uri(PieceCid piece) {
    return URI.create("http://127.0.0.1:" + port + "/" + piece);
  }

  @Override
  public void close() {
    server.close();
  }
}
