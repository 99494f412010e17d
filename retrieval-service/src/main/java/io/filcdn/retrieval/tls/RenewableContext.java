package io.filcdn.retrieval.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;

/**
 * A context of TLS that another takes the place of for the connections that come. Vert.x can renew
 * one too, but drops the connections that come while it does.
 */
final class RenewableContext extends SslContext {

  private final Maker maker;
  private volatile SslContext current;

  /** The maker of a context with what is in force. */
  interface Maker {
    SslContext make() throws SSLException;
  }

  RenewableContext(Maker maker) throws SSLException {
    this.maker = maker;
    this.current = maker.make();
  }

  void renew() throws SSLException {
    current = maker.make();
  }

  @Override
  public boolean isClient() {
    return false;
  }

  @Override
  public List<String> cipherSuites() {
    return current.cipherSuites();
  }

  @Override
  @SuppressWarnings("deprecation") // nothing else can be answered with
  public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
    return current.applicationProtocolNegotiator();
  }

  @Override
  public SSLSessionContext sessionContext() {
    return current.sessionContext();
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator) {
    return current.newEngine(allocator);
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator, String host, int port) {
    return current.newEngine(allocator, host, port);
  }

  @Override
  protected SslHandler newHandler(ByteBufAllocator allocator, boolean startTls, Executor tasks) {
    return current.newHandler(allocator, tasks);
  }

  @Override
  protected SslHandler newHandler(
      ByteBufAllocator allocator, String host, int port, boolean startTls, Executor tasks) {
    return current.newHandler(allocator, host, port, tasks);
  }
}
