package io.filcdn.retrieval.origin;

import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.SSLEngineOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS to providers. Java neither names hosts with an underscore (SNI) nor finds them in a
 * certificate; for these, both is done here, and for all others by Java.
 */
final class OriginTls {

  private static final int DNS_NAME = 2;

  private OriginTls() {}

  /** Whose certificates are trusted where nothing else is said: Java's own. */
  static X509ExtendedTrustManager javasTrust() {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init((KeyStore) null);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager trust) {
          return trust;
        }
      }
      throw new IllegalStateException("expected Java to trust by X.509 certificates");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Java's trusted certificates cannot be read", e);
    }
  }

  /** Names each engine's host by SNI, and has Java look for it in the certificate where it can. */
  static SSLEngineOptions engines() {
    return new Engines();
  }

  /** The same trust; what Java does not look for in the certificate is looked for here. */
  static X509ExtendedTrustManager naming(X509ExtendedTrustManager trust) {
    return new Naming(trust);
  }

  private static boolean isKnownToJava(String host) {
    try {
      return host.startsWith("[") || !new SNIHostName(host).getAsciiName().isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static final class Engines extends JdkSSLEngineOptions {
    @Override
    public JdkSSLEngineOptions copy() {
      return new Engines();
    }

    @Override
    public SslContextFactory sslContextFactory() {
      return new DefaultSslContextFactory(SslProvider.JDK, false) {
        @Override
        public SslContext create() throws SSLException {
          return new DelegatingSslContext(super.create()) {
            @Override
            protected void initEngine(SSLEngine engine) {
              name(engine);
            }
          };
        }
      };
    }

    private static void name(SSLEngine engine) {
      SSLParameters parameters = engine.getSSLParameters();
      String host = Objects.requireNonNull(engine.getPeerHost());
      if (isKnownToJava(host)) {
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
      } else {
        parameters.setServerNames(List.of(new AnyHostName(host)));
      }
      engine.setSSLParameters(parameters);
    }
  }

  /** A host name for SNI whatever it is: Java's own takes letters, digits and hyphens only. */
  private static final class AnyHostName extends SNIServerName {
    AnyHostName(String host) {
      super(StandardConstants.SNI_HOST_NAME, host.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static final class Naming extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager trust;

    Naming(X509ExtendedTrustManager trust) {
      this.trust = trust;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      trust.checkServerTrusted(chain, type, engine);
      String host = String.valueOf(engine.getPeerHost());
      if (!isKnownToJava(host) && !names(chain[0], host)) {
        throw new CertificateException("expected a certificate of " + host + ", found another's");
      }
    }

    /** RFC 9525: a DNS name of the certificate is the host, or has a star for its first label. */
    private static boolean names(X509Certificate certificate, String host)
        throws CertificateParsingException {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      String wildcard = "*" + host.substring(Math.max(0, host.indexOf('.')));
      return names != null
          && names.stream()
              .filter(name -> name.getFirst().equals(DNS_NAME))
              .map(name -> String.valueOf(name.getLast()).toLowerCase(Locale.ROOT))
              .anyMatch(name -> name.equals(host) || name.equals(wildcard));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
        throws CertificateException {
      throw new CertificateException("expected an engine, found a socket");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("expected an engine, found none");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      throw new CertificateException("expected a server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("expected a server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("expected a server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return trust.getAcceptedIssuers();
    }
  }
}
