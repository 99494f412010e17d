package io.filcdn.retrieval;

import io.filcdn.common.network.NetworkFile;
import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.connection.EdgeHttpServer;
import io.filcdn.retrieval.usage.Quota;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Starts the edge with the service and ends it with it. */
@ApplicationScoped
public class EdgeLifecycle {

  private static final Logger LOG = Logger.getLogger(EdgeLifecycle.class);

  /** What of the management port may be shown: what only tells, and never a way around it. */
  private static final Pattern SHOWN = Pattern.compile("/q/(health|metrics)[a-z/]*");

  private final Vertx vertx;
  private final RetrievalConfig config;
  private final Map<String, Object> kafka;
  private final MeterRegistry meters;
  private @Nullable Router management;
  private @Nullable Edge edge;
  private @Nullable String listener;

  @Inject
  EdgeLifecycle(
      Vertx vertx,
      RetrievalConfig config,
      @Identifier("default-kafka-broker") Map<String, Object> kafka,
      MeterRegistry meters) {
    this.vertx = vertx;
    this.config = config;
    this.kafka = kafka;
    this.meters = meters;
  }

  void routes(@Observes Router router) {
    management = router;
  }

  void start(@Observes StartupEvent starting) throws Exception {
    // so that the first pieces are served meanwhile
    Thread.ofPlatform().daemon().name("filcdn-commp").start(() -> LOG.info(CommPHasher.warmUp()));
    RetrievalConfig.Http http = config.retrieval().http();
    Edge opened =
        new Edge(
            new Edge.Tools(
                vertx,
                NetworkFile.read(config.network()),
                kafka,
                Quota.UNLIMITED,
                meters,
                Clock.systemUTC()),
            config.retrieval());
    edge = opened;
    listener =
        PublicListener.listen(vertx, http, opened.connections(), request -> handle(opened, request))
            .toCompletionStage()
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
    LOG.infof(
        "edge %s listens on %s:%d for {payer}%s",
        config.retrieval().name(), http.host(), http.port(), http.dnsRoot());
  }

  private void handle(Edge opened, HttpServerRequest request) {
    if (config.retrieval().http().exposeManagement()
        && request.path() != null
        && SHOWN.matcher(request.path()).matches()
        && management != null) {
      // it tells nobody when it has answered
      EdgeHttpServer.requestEnds(request.connection(), false);
      management.handle(request);
    } else {
      opened.handler().handle(request);
    }
  }

  /**
   * Lets nobody in any more, while responses under way go on for a while. The management port still
   * answers, so that whoever asks is told that this edge is not ready.
   */
  void drain(@Observes ShutdownDelayInitiatedEvent stopping) throws InterruptedException {
    Edge opened = edge;
    if (opened == null) {
      return;
    }
    opened.handler().drain();
    Duration patience = config.retrieval().http().drainTimeout();
    if (!opened.handler().awaitIdle(patience)) {
      LOG.warnf(
          "%d responses and %d fills are cut: they took longer than %s",
          opened.requests(), opened.cache().fills(), patience);
    }
  }

  /** Cuts what is still under way, and sends what was counted. */
  void stop(@Observes @Priority(1) ShutdownEvent stopping) throws Exception {
    Edge opened = edge;
    if (opened == null) {
      return;
    }
    if (listener != null) {
      vertx.undeploy(listener).toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
    opened.close();
  }

  /** Drops a piece from the cache. */
  boolean purge(PieceCid piece) {
    return edge != null && edge.cache().purge(piece);
  }

  /** Whether requests can be answered. */
  boolean ready() {
    return edge != null && edge.ready();
  }

  /** What is waited for; for a person. */
  String missing() {
    return edge == null ? "the edge has not started" : edge.missing();
  }
}
