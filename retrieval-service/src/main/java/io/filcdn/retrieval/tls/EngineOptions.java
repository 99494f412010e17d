package io.filcdn.retrieval.tls;

import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.SSLEngineOptions;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.function.Supplier;

/** The engines of TLS for Vert.x, with a factory of contexts of our own. */
final class EngineOptions {

  private EngineOptions() {}

  static SSLEngineOptions of(TlsEngine engine, Supplier<SslContextFactory> factories) {
    return switch (engine) {
      case BORINGSSL -> new BoringSsl(factories);
      case JAVA -> new Java(factories);
    };
  }

  private static final class BoringSsl extends OpenSSLEngineOptions {

    private final Supplier<SslContextFactory> factories;

    BoringSsl(Supplier<SslContextFactory> factories) {
      this.factories = factories;
    }

    @Override
    public OpenSSLEngineOptions copy() {
      return new BoringSsl(factories);
    }

    @Override
    public SslContextFactory sslContextFactory() {
      return factories.get();
    }
  }

  private static final class Java extends JdkSSLEngineOptions {

    private final Supplier<SslContextFactory> factories;

    Java(Supplier<SslContextFactory> factories) {
      this.factories = factories;
      setPooledHeapBuffers(true);
    }

    @Override
    public JdkSSLEngineOptions copy() {
      return new Java(factories);
    }

    @Override
    public SslContextFactory sslContextFactory() {
      return factories.get();
    }
  }
}
