package io.filcdn.retrieval.tls;

import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;

/**
 * The factory of a server's context, which can be renewed. Sessions of BoringSSL are in their
 * tickets alone: what would be kept here is no other edge's, and TLS 1.3 asks for tickets only.
 */
final class ContextFactory extends DefaultSslContextFactory {

  /** The name of the servers that take each other's sessions. */
  private static final byte[] SESSIONS = "filcdn".getBytes(StandardCharsets.US_ASCII);

  private final boolean boring;
  private final Supplier<Certificate> certificates;
  private final Supplier<TicketKeys> tickets;
  private final Consumer<RenewableContext> made;

  /**
   * @param certificates the certificate in force
   * @param tickets the keys of tickets in force
   * @param made is told of the context
   */
  ContextFactory(
      TlsEngine engine,
      Supplier<Certificate> certificates,
      Supplier<TicketKeys> tickets,
      Consumer<RenewableContext> made) {
    super(engine == TlsEngine.BORINGSSL ? SslProvider.OPENSSL : SslProvider.JDK, false);
    this.boring = engine == TlsEngine.BORINGSSL;
    this.certificates = certificates;
    this.tickets = tickets;
    this.made = made;
  }

  @Override
  public SslContext create() throws SSLException {
    RenewableContext context = new RenewableContext(this::make);
    made.accept(context);
    // what changed before it was known there
    context.renew();
    return context;
  }

  private SslContext make() throws SSLException {
    KeyManagerFactory keys = certificates.get().keys();
    // else certificate and key are parsed for each handshake
    keyMananagerFactory(boring ? new OpenSslCachingX509KeyManagerFactory(keys) : keys);
    SslContext context = super.create();
    if (context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
      TicketKeys ticketKeys = tickets.get();
      // Netty's own differs from edge to edge, for servers that ask clients for certificates
      sessions.setSessionIdContext(SESSIONS);
      sessions.setTicketKeys(ticketKeys.inForce());
      sessions.setSessionTimeout(ticketKeys.longestAgeSeconds());
    }
    return context;
  }
}
