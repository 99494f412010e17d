package io.filcdn.bench.retrieval;

import io.filcdn.bench.run.Server;
import io.filcdn.common.piece.PieceCid;
import java.net.URI;
import java.util.Map;

/**
 * A running cache under test.
 *
 * @param name for people
 * @param server the process
 * @param scheme of its URLs
 * @param port where it listens on loopback
 * @param host the {@code Host} it is asked by
 * @param clients the environment of load generators
 */
record Contender(
    String name, Server server, String scheme, int port, String host, Map<String, String> clients)
    implements AutoCloseable {

  /** One that is asked in cleartext. */
  Contender(String name, Server server, int port, String host) {
    this(name, server, "http", port, host, Map.of());
  }

  /** The same server where it speaks TLS. */
  Contender overTls(int tlsPort, TlsFiles tls) {
    return new Contender(
        name, server, "https", tlsPort, host, Map.of("OPENSSL_CONF", tls.client().toString()));
  }

  URI uri(PieceCid piece) {
    return URI.create(scheme + "://127.0.0.1:" + port + "/" + piece);
  }

  @Override
  public void close() {
    server.close();
  }
}
