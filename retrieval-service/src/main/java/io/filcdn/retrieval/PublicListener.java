package io.filcdn.retrieval;

import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.delivery.BodyWriter;
import io.filcdn.retrieval.delivery.KnownVersions;
import io.filcdn.retrieval.delivery.OneAtATime;
import io.filcdn.retrieval.delivery.Patience;
import io.filcdn.retrieval.delivery.SendBuffer;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The public ports, cleartext and TLS: plain Vert.x, one server an event loop, nothing between the
 * socket and the path. Both speak HTTP/1.1 and HTTP/2.
 */
final class PublicListener {

  private static final int MAX_REQUEST_LINE = 8 << 10;

  private PublicListener() {}

  /**
   * Begins to listen.
   *
   * @return the id to undeploy by
   */
  static Future<String> listen(
      Vertx vertx, RetrievalConfig.Http config, Handler<HttpServerRequest> handler) {
    List<HttpServerOptions> servers = new ArrayList<>();
    servers.add(options(config).setPort(config.port()));
    tls(config).ifPresent(tls -> servers.add(tls));
    return vertx.deployVerticle(
        () -> new Listener(servers, config, handler),
        new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors()));
  }

  private static HttpServerOptions options(RetrievalConfig.Http config) {
    return new HttpServerOptions()
        .setHost(config.host())
        // nobody speaks WebSocket here, and each request would pass its handler
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false)
        .setMaxHeaderSize((int) config.maxHeaderSize().asLongValue())
        .setMaxInitialLineLength(MAX_REQUEST_LINE)
        // until a connection's first head is complete; then Patience takes over
        .setIdleTimeout(Math.toIntExact(config.headTimeout().toMillis()))
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
  }

  private static Optional<HttpServerOptions> tls(RetrievalConfig.Http config) {
    RetrievalConfig.Tls tls = config.tls();
    if (tls.certificate().isEmpty() && tls.key().isEmpty()) {
      return Optional.empty();
    }
    Path certificate =
        tls.certificate()
            .orElseThrow(
                () -> new IllegalArgumentException("a TLS key is set, but no certificate"));
    Path key =
        tls.key()
            .orElseThrow(
                () -> new IllegalArgumentException("a TLS certificate is set, but no key"));
    return Optional.of(
        options(config)
            .setPort(tls.port())
            .setSsl(true)
            .setUseAlpn(true)
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .setCertPath(certificate.toString())
                    .setKeyPath(key.toString())));
  }

  private static final class Listener extends AbstractVerticle {

    private final List<HttpServerOptions> servers;
    private final RetrievalConfig.Http config;
    private final Handler<HttpServerRequest> handler;

    Listener(
        List<HttpServerOptions> servers,
        RetrievalConfig.Http config,
        Handler<HttpServerRequest> handler) {
      this.servers = servers;
      this.config = config;
      this.handler = handler;
    }

    @Override
    public void start(Promise<Void> started) {
      Future.all(servers.stream().map(this::listen).toList()).<Void>mapEmpty().onComplete(started);
    }

    private Future<Void> listen(HttpServerOptions options) {
      return vertx
          .createHttpServer(options)
          .connectionHandler(
              connection -> {
                BodyWriter.meter(connection);
                SendBuffer.bound(connection, config.maxUnsent().asLongValue());
                KnownVersions.watch(connection);
                OneAtATime.begin(connection);
                Patience.watch(
                    connection, config.idleTimeout().toMillis(), config.headTimeout().toMillis());
              })
          .invalidRequestHandler(Answers::unreadable)
          .requestHandler(
              request -> {
                Patience.headCame(request.connection());
                handler.handle(request);
              })
          .listen()
          .mapEmpty();
    }
  }
}
