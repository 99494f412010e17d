package io.filcdn.retrieval;

import io.filcdn.retrieval.delivery.Delivery;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.TimeUnit;

/**
 * The public port: plain Vert.x, one server an event loop, nothing between the socket and the path.
 */
final class PublicListener {

  private PublicListener() {}

  /**
   * Begins to listen.
   *
   * @return the id to undeploy by
   */
  static Future<String> listen(
      Vertx vertx, RetrievalConfig.Http config, Handler<HttpServerRequest> handler) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(config.host())
            .setPort(config.port())
            .setMaxHeaderSize((int) config.maxHeaderSize().asLongValue())
            .setMaxInitialLineLength(8 << 10)
            .setIdleTimeout((int) config.idleTimeout().toSeconds())
            .setIdleTimeoutUnit(TimeUnit.SECONDS);
    return vertx.deployVerticle(
        () -> new Listener(options, handler),
        new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors()));
  }

  private static final class Listener extends AbstractVerticle {

    private final HttpServerOptions options;
    private final Handler<HttpServerRequest> handler;

    Listener(HttpServerOptions options, Handler<HttpServerRequest> handler) {
      this.options = options;
      this.handler = handler;
    }

    @Override
    public void start(Promise<Void> started) {
      HttpServer server = vertx.createHttpServer(options);
      server
          .connectionHandler(Delivery::meter)
          .requestHandler(handler)
          .listen()
          .<Void>mapEmpty()
          .onComplete(started);
    }
  }
}
