package io.filcdn.retrieval;

import io.filcdn.retrieval.connection.ConnectionLimits;
import io.filcdn.retrieval.connection.EdgeHttpServer;
import io.filcdn.retrieval.connection.OpenConnections;
import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.delivery.DateHeader;
import io.filcdn.retrieval.tls.ServerTls;
import io.filcdn.service.schedule.BackgroundThread;
import io.filcdn.service.start.UnusableSettingException;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * The public ports, cleartext and TLS: plain Vert.x, one server an event loop, nothing between the
 * socket and the path. Both speak HTTP/1.1 and HTTP/2.
 */
final class PublicListener {

  private static final Logger LOG = Logger.getLogger(PublicListener.class);

  private static final int MAX_REQUEST_LINE = 8 << 10;

  /** The time that the ports and their connections may take to close. */
  private static final long CLOSE_SECONDS = 15;

  /** The time between looks whether certificate or secrets have changed. */
  private static final Duration LOOK_AT_FILES = Duration.ofSeconds(10);

  private static final CharSequence STRICT_TRANSPORT_SECURITY =
      HttpHeaders.createOptimized("strict-transport-security");

  private final Vertx vertx;
  private final OpenConnections connections;
  private final String deployment;
  private final BackgroundThread looking = new BackgroundThread("filcdn-tls");

  private PublicListener(
      Vertx vertx, OpenConnections connections, String deployment, Optional<ServerTls> tls) {
    this.vertx = vertx;
    this.connections = connections;
    this.deployment = deployment;
    tls.ifPresent(
        files -> looking.every(LOOK_AT_FILES, "looking at the files of TLS", files::reload));
  }

  /** Begins to listen. */
  static Future<PublicListener> listen(
      Vertx vertx,
      RetrievalConfig.Http config,
      ConnectionLimits limits,
      Handler<HttpServerRequest> handler) {
    List<HttpServerOptions> servers = new ArrayList<>();
    servers.add(options(config).setPort(config.port()));
    Optional<ServerTls> tls = tls(vertx, config.tls());
    tls.ifPresent(
        secured -> servers.add(secured.secure(options(config).setPort(config.tls().port()))));
    EdgeHttpServer.Bounds bounds =
        new EdgeHttpServer.Bounds(
            config.idleTimeout().toMillis(),
            config.headTimeout().toMillis(),
            config.maxUnsent().asLongValue());
    OpenConnections connections = new OpenConnections();
    return vertx
        .deployVerticle(
            () ->
                new Listener(
                    servers,
                    options -> new EdgeHttpServer(vertx, options, limits, connections, bounds),
                    config.tls().strictTransportSecurity(),
                    handler),
            new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors()))
        .map(deployment -> new PublicListener(vertx, connections, deployment, tls));
  }

  /** Lets nobody in any more, and cuts the connections that are open. */
  void close() throws InterruptedException {
    looking.close();
    Future<Void> closed = vertx.undeploy(deployment);
    // a server that closes waits for clients to take what lies in its queues
    connections.cut();
    try {
      closed.toCompletionStage().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warnf("the public ports are not closed yet: %s", e);
    }
    connections.cut();
  }

  private static HttpServerOptions options(RetrievalConfig.Http config) {
    return new HttpServerOptions()
        .setHost(config.host())
        // nobody speaks WebSocket here, and each request would pass its handler
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false)
        .setMaxHeaderSize((int) config.maxHeaderSize().asLongValue())
        .setInitialSettings(
            new Http2Settings()
                .setMaxConcurrentStreams(
                    HttpServerOptions.DEFAULT_INITIAL_SETTINGS_MAX_CONCURRENT_STREAMS)
                .setMaxHeaderListSize(config.maxHeaderSize().asLongValue()))
        // FrameRules bounds them: Vert.x, told by Netty, can fail to tell the client why
        .setHttp2RstFloodMaxRstFramePerWindow(Integer.MAX_VALUE)
        .setMaxInitialLineLength(MAX_REQUEST_LINE);
  }

  private static Optional<ServerTls> tls(Vertx vertx, RetrievalConfig.Tls tls) {
    if (tls.certificate().isEmpty() && tls.key().isEmpty()) {
      return Optional.empty();
    }
    Path certificate =
        tls.certificate()
            .orElseThrow(
                () -> new UnusableSettingException("a TLS key is set, but no certificate"));
    Path key =
        tls.key()
            .orElseThrow(
                () -> new UnusableSettingException("a TLS certificate is set, but no key"));
    try {
      return Optional.of(
          new ServerTls(
              vertx,
              new ServerTls.Settings(
                  tls.engine(), certificate, key, tls.ticketSecrets(), tls.ticketRotation()),
              Clock.systemUTC()));
    } catch (IllegalArgumentException e) {
      throw new UnusableSettingException(String.valueOf(e.getMessage()));
    }
  }

  private static final class Listener extends AbstractVerticle {

    private final List<HttpServerOptions> servers;
    private final Function<HttpServerOptions, HttpServer> server;
    private final Optional<String> strictTransportSecurity;
    private final Handler<HttpServerRequest> handler;
    private final DateHeader dates = new DateHeader(Clock.systemUTC());

    Listener(
        List<HttpServerOptions> servers,
        Function<HttpServerOptions, HttpServer> server,
        Optional<String> strictTransportSecurity,
        Handler<HttpServerRequest> handler) {
      this.servers = servers;
      this.server = server;
      this.strictTransportSecurity = strictTransportSecurity;
      this.handler = handler;
    }

    @Override
    public void start(Promise<Void> started) {
      Future.all(servers.stream().map(this::listen).toList()).<Void>mapEmpty().onComplete(started);
    }

    private Future<Void> listen(HttpServerOptions options) {
      return server
          .apply(options)
          .invalidRequestHandler(
              request -> {
                begin(request);
                Answers.unreadable(request);
              })
          .requestHandler(
              request -> {
                begin(request);
                EdgeHttpServer.requestBegins(request);
                handler.handle(request);
              })
          .listen()
          .mapEmpty();
    }

    private void begin(HttpServerRequest request) {
      dates.date(request.response());
      if (strictTransportSecurity.isPresent() && request.isSSL()) {
        request.response().putHeader(STRICT_TRANSPORT_SECURITY, strictTransportSecurity.get());
      }
    }
  }
}
