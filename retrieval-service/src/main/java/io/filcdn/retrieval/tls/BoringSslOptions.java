package io.filcdn.retrieval.tls;

import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;

/**
 * BoringSSL for Vert.x, with session tickets. Sessions are in their tickets alone: what would be
 * kept here is no other edge's, and TLS 1.3 asks for tickets only.
 */
final class BoringSslOptions extends OpenSSLEngineOptions {

  /** Names the servers that take each other's sessions. */
  private static final byte[] SESSIONS = "filcdn".getBytes(StandardCharsets.US_ASCII);

  private final Supplier<TicketKeys> tickets;

  /**
   * @param tickets the keys for what is set up from now on
   */
  BoringSslOptions(Supplier<TicketKeys> tickets) {
    this.tickets = tickets;
  }

  @Override
  public OpenSSLEngineOptions copy() {
    return new BoringSslOptions(tickets);
  }

  @Override
  public SslContextFactory sslContextFactory() {
    return new DefaultSslContextFactory(SslProvider.OPENSSL, false) {

      @Override
      public SslContextFactory keyMananagerFactory(KeyManagerFactory keys) {
        // else certificate and key are parsed for each handshake
        return super.keyMananagerFactory(new OpenSslCachingX509KeyManagerFactory(keys));
      }

      @Override
      public SslContext create() throws SSLException {
        SslContext context = super.create();
        if (context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
          TicketKeys keys = tickets.get();
          // Netty's own differs from edge to edge, for servers that ask clients for certificates
          sessions.setSessionIdContext(SESSIONS);
          sessions.setTicketKeys(keys.inForce());
          sessions.setSessionTimeout(keys.longestAgeSeconds());
        }
        return context;
      }
    };
  }
}
