package io.filcdn.retrieval;

import io.filcdn.common.network.NetworkFile;
import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.admin.RunningEdge;
import io.filcdn.retrieval.connection.ConnectionLimits;
import io.filcdn.retrieval.connection.EdgeHttpServer;
import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.delivery.Exchange;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.request.PayerHosts;
import io.filcdn.retrieval.stores.Stores;
import io.filcdn.retrieval.usage.Quota;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.Quarkus;
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
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The lifecycle of the edge, which starts and ends with the service:
 *
 * <pre>
 *            opened                 drain            stop
 *  STARTING --------------> SERVING ------> DRAINING ----> STOPPED
 *     |                        ^                              ^
 *     | folder unusable        | opened by a later try        |
 *     +-----> UNOPENED --------+                              |
 *                 |                    stop                   |
 *                 +-------------------------------------------+
 * </pre>
 */
@ApplicationScoped
public class EdgeLifecycle implements RunningEdge {

  private static final Logger LOG = Logger.getLogger(EdgeLifecycle.class);

  /**
   * The paths of the management port that may be shown: those that only tell, and never a way
   * around it.
   */
  private static final Pattern SHOWN = Pattern.compile("/q/(health|metrics)[a-z/]*");

  private static final long OPEN_AGAIN_SECONDS = 5;

  private final Vertx vertx;
  private final RetrievalConfig config;
  private final Map<String, Object> kafka;
  private final MeterRegistry meters;
  private final ConnectionLimits connections;
  private final PayerHosts payerHosts;
  private @Nullable Router management;
  private volatile @Nullable Edge edge;
  private volatile String missing = "the edge has not started";
  private final CountDownLatch stopping = new CountDownLatch(1);
  private @Nullable Thread opener;
  private @Nullable PublicListener listener;

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
    this.connections = Settings.connections(config.retrieval());
    // before anything is opened
    this.payerHosts = PayerHosts.below(config.retrieval().http().dnsRoot());
    Settings.leaseUrl(config.retrieval().leases());
  }

  void routes(@Observes Router router) {
    management = router;
  }

  void start(@Observes StartupEvent starting) throws Exception {
    // so that the first pieces are served meanwhile
    Thread.ofPlatform().daemon().name("filcdn-commp").start(() -> LOG.info(CommPHasher.warmUp()));
    meters.gauge(
        "filcdn.disk.usable", Tags.of("folder", "data"), this, of -> of.isRecorded() ? 1 : 0);
    if (!open()) {
      opener = Thread.ofPlatform().name("filcdn-open").start(this::openLater);
    }
    RetrievalConfig.Http http = config.retrieval().http();
    listener =
        PublicListener.listen(vertx, http, connections, this::handle)
            .toCompletionStage()
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
    LOG.infof(
        "edge %s listens on %s:%d for {payer}%s",
        config.retrieval().name(), http.host(), http.port(), payerHosts.first());
  }

  /**
   * Opens the edge.
   *
   * @return whether its data folder can be used; where not, it is to be tried again
   */
  private boolean open() {
    Stores stores;
    try {
      stores = Stores.open(Settings.stores(config.retrieval()));
    } catch (Stores.UnusableException e) {
      LOG.errorf("nothing is served before the data folder can be used: %s", e.getMessage());
      missing = "the data folder cannot be used: " + e.getMessage();
      return false;
    }
    Edge.Tools tools =
        new Edge.Tools(
            vertx,
            NetworkFile.read(config.network()),
            kafka,
            Quota.UNLIMITED,
            connections,
            meters,
            Clock.systemUTC());
    edge = new Edge(tools, config.retrieval(), stores);
    return true;
  }

  private void openLater() {
    try {
      while (!stopping.await(OPEN_AGAIN_SECONDS, TimeUnit.SECONDS) && !open()) {
        LOG.debug("the data folder is looked at again");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      // as at a start at once: what was opened by then goes with the process
      LOG.error("the edge cannot start", e);
      Quarkus.asyncExit(1);
    }
  }

  private void handle(HttpServerRequest request) {
    Edge opened = edge;
    if (config.retrieval().http().exposeManagement()
        && request.path() != null
        && SHOWN.matcher(request.path()).matches()
        && management != null) {
      // it tells nobody when it has answered
      EdgeHttpServer.requestEnds(request.connection(), false);
      management.handle(request);
    } else if (opened != null) {
      opened.handler().handle(request);
    } else {
      Exchange exchange =
          new Exchange(
              request,
              System::nanoTime,
              ended -> EdgeHttpServer.requestEnds(request.connection(), false));
      new Answers(config.retrieval().http().home())
          .refuse(exchange, Problem.of(Refusal.CANNOT_RECORD));
    }
  }

  /**
   * Lets nobody in any more, while responses under way go on for a while. The management port still
   * answers, so that whoever asks is told that this edge is not ready.
   */
  void drain(@Observes ShutdownDelayInitiatedEvent event) throws InterruptedException {
    endOpening();
    Edge opened = edge;
    if (opened == null) {
      return;
    }
    opened.handler().drain();
    Duration patience = config.retrieval().http().drainTimeout();
    if (!opened.handler().awaitIdle(patience)) {
      LOG.warnf(
          "%d responses and %d fetches are cut: they took longer than %s",
          opened.requests(), opened.cache().underWay(), patience);
    }
  }

  /** Cuts what is still under way, and sends what was counted. */
  void stop(@Observes @Priority(1) ShutdownEvent event) throws InterruptedException {
    endOpening();
    if (listener != null) {
      listener.close();
    }
    Edge opened = edge;
    if (opened != null) {
      opened.close();
    }
  }

  private void endOpening() throws InterruptedException {
    stopping.countDown();
    if (opener != null) {
      opener.join();
    }
  }

  @Override
  public boolean purge(PieceCid piece) {
    Edge opened = edge;
    return opened != null && opened.cache().purge(piece);
  }

  @Override
  public boolean ready() {
    Edge opened = edge;
    return opened != null && opened.ready();
  }

  /** True where what is served can be written down. */
  private boolean isRecorded() {
    Edge opened = edge;
    return opened != null && opened.isRecorded();
  }

  @Override
  public String missing() {
    Edge opened = edge;
    return opened == null ? missing : opened.missing();
  }

  @Override
  public Optional<String> diskTrouble() {
    return Optional.ofNullable(edge).flatMap(Edge::diskTrouble);
  }
}
