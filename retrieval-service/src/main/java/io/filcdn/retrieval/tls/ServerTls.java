package io.filcdn.retrieval.tls;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SSLEngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jboss.logging.Logger;

/**
 * TLS of the public port. Its files are looked at again now and then: a new certificate, and new
 * keys of tickets, are for the connections that come, and those that are open go on as they began.
 */
public final class ServerTls {

  private static final Logger LOG = Logger.getLogger(ServerTls.class);

  private static final Set<String> VERSIONS = new LinkedHashSet<>(List.of("TLSv1.3", "TLSv1.2"));

  /**
   * Ciphers that authenticate, with keys of their own for each session; the server's order counts.
   */
  private static final List<String> CIPHERS =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");

  private final Vertx vertx;
  private final Settings settings;
  private final InstantSource clock;
  private final TlsEngine engine;

  /** The secret of the tickets where no file has some. */
  private final String ownSecret = TicketKeys.newSecret(new SecureRandom());

  /**
   * The contexts of the servers that share the port: one, or some where connections came at once.
   */
  private final List<RenewableContext> contexts = new CopyOnWriteArrayList<>();

  private volatile Certificate certificate;
  private volatile TicketKeys tickets;

  /**
   * The settings.
   *
   * @param engine that is wanted
   * @param certificate the file with the chain (PEM)
   * @param key the file with its key (PEM)
   * @param ticketSecrets the file with the secrets of tickets
   * @param ticketRotation the time after which the keys of tickets change
   */
  public record Settings(
      TlsEngine engine,
      Path certificate,
      Path key,
      Optional<Path> ticketSecrets,
      Duration ticketRotation) {

    public Settings {
      if (ticketRotation.toSeconds() < 1 || ticketRotation.toDays() > 365) {
        throw new IllegalArgumentException(
            "expected keys of tickets that change after 1 second to 365 days, found "
                + ticketRotation);
      }
    }
  }

  /**
   * Reads the files.
   *
   * @throws IllegalArgumentException where one cannot be used; the message shows no secret
   */
  public ServerTls(Vertx vertx, Settings settings, InstantSource clock) {
    this.vertx = vertx;
    this.settings = settings;
    this.clock = clock;
    this.engine = settings.engine.orJava();
    try {
      this.certificate = readCertificate();
      this.tickets = readTickets();
    } catch (IOException e) {
      throw new IllegalArgumentException("a file for TLS cannot be read: " + e.getMessage(), e);
    }
  }

  /** Makes a server one of TLS. */
  public HttpServerOptions secure(HttpServerOptions options) {
    CIPHERS.forEach(options::addEnabledCipherSuite);
    return options
        .setSsl(true)
        .setUseAlpn(true)
        .setEnabledSecureTransportProtocols(VERSIONS)
        .setSslEngineOptions(engineOptions())
        .setKeyCertOptions(certificate.pem());
  }

  private SSLEngineOptions engineOptions() {
    return EngineOptions.of(
        engine, () -> new ContextFactory(engine, () -> certificate, () -> tickets, contexts::add));
  }

  /** Looks at the files again; what cannot be used changes nothing. Not for an event loop. */
  public synchronized void reload() {
    try {
      Certificate now = readCertificate();
      TicketKeys keys = readTickets();
      boolean isNew = !now.isSameAs(certificate);
      if (isNew || !keys.isSameAs(tickets)) {
        renew(now, keys);
        tell(isNew, now.leaf());
      }
    } catch (IOException e) {
      LOG.errorf(
          "a file for TLS cannot be used: %s; certificate and keys of tickets stay as they are", e);
    } catch (IllegalArgumentException e) {
      LOG.errorf("%s; certificate and keys of tickets stay as they are", e.getMessage());
    }
  }

  /** Takes them up. Where that fails, nothing counts as taken up: the next look tries again. */
  private void renew(Certificate next, TicketKeys keys) throws IOException {
    Certificate last = certificate;
    TicketKeys lastKeys = tickets;
    certificate = next;
    tickets = keys;
    try {
      for (RenewableContext context : contexts) {
        context.renew();
      }
    } catch (IOException e) {
      certificate = last;
      tickets = lastKeys;
      throw e;
    }
  }

  private static void tell(boolean isNew, X509Certificate certificate) {
    if (isNew) {
      LOG.infof(
          "a new certificate is in force: %s, until %s",
          certificate.getSubjectX500Principal(), certificate.getNotAfter().toInstant());
    }
  }

  private Certificate readCertificate() throws IOException {
    return Certificate.read(vertx, settings.certificate, settings.key);
  }

  private TicketKeys readTickets() throws IOException {
    String secrets =
        settings.ticketSecrets.isPresent()
            ? Files.readString(settings.ticketSecrets.get())
            : ownSecret;
    return TicketKeys.of(secrets, settings.ticketRotation, clock.instant());
  }
}
