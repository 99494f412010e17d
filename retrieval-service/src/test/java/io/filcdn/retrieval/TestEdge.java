package io.filcdn.retrieval;

import static org.awaitility.Awaitility.await;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.retrieval.stores.Stores;
import io.filcdn.retrieval.usage.Quota;
import io.filcdn.testing.infra.Kafka;
import io.filcdn.testing.process.FreePort;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An edge in this JVM. It can be ended and started again on the same data. */
final class TestEdge {

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final Kafka kafka;
  private final Quota quota;
  private final RetrievalConfig config;
  private final Network network;
  private Edge edge;
  private PublicListener listener;

  /**
   * @param settings configuration beyond what every test has
   */
  TestEdge(Kafka kafka, Path data, Quota quota, Map<String, String> settings) throws Exception {
    this.kafka = kafka;
    this.quota = quota;
    Map<String, String> values = new HashMap<>(settings);
    int port = FreePort.find();
    Path file = Path.of("..", "deploy", "networks", "devnet.json");
    this.network = NetworkFile.read(file);
    values.put("filcdn.network", file.toString());
    values.put("filcdn.retrieval.data", data.toString());
    values.put("filcdn.retrieval.http.port", Integer.toString(port));
    values.put("filcdn.retrieval.http.host", "127.0.0.1");
    values.putIfAbsent("filcdn.retrieval.admission.denylist.refresh", "1h");
    values.putIfAbsent("filcdn.retrieval.disk-reserve", "1M");
    // what may be served is the test's to say, where it leases nothing
    values.put(
        "filcdn.retrieval.leases.serve-without-limit",
        Boolean.toString(!values.containsKey("filcdn.retrieval.leases.url")));
    values.putIfAbsent("filcdn.retrieval.usage.flush-interval", "100ms");
    this.config =
        new SmallRyeConfigBuilder()
            .withMapping(RetrievalConfig.class)
            .withConverters(
                new org.eclipse.microprofile.config.spi.Converter<?>[] {
                  new io.quarkus.runtime.configuration.MemorySizeConverter(),
                  new io.quarkus.runtime.configuration.DurationConverter()
                })
            .withDefaultValues(values)
            .build()
            .getConfigMapping(RetrievalConfig.class);
    begin();
    awaitReady();
  }

  /** Starts the edge and waits until it is ready. */
  void open() throws Exception {
    begin();
    awaitReady();
  }

  private void awaitReady() {
    await().atMost(Duration.ofSeconds(60)).until(edge::ready);
  }

  private void begin() throws Exception {
    edge =
        new Edge(
            new Edge.Tools(
                vertx,
                network,
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                quota,
                Settings.connections(config.retrieval()),
                new SimpleMeterRegistry(),
                Clock.systemUTC()),
            config.retrieval(),
            Stores.open(Settings.stores(config.retrieval())));
    listener =
        PublicListener.listen(
                vertx,
                config.retrieval().http(),
                edge.connections(),
                request -> edge.handler().handle(request))
            .toCompletionStage()
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
  }

  /** Ends the edge as SIGTERM does, and starts it again. */
  void restart() throws Exception {
    end();
    open();
  }

  /** Ends the edge as SIGTERM does. */
  void end() throws Exception {
    edge.handler().drain();
    edge.handler().awaitIdle(Duration.ofSeconds(5));
    listener.close();
    edge.close();
  }

  EdgeClient client() {
    return new EdgeClient(config.retrieval().http().port());
  }

  Network network() {
    return network;
  }

  Edge edge() {
    return edge;
  }

  /** The epoch that it is now. */
  Epoch now() {
    return network.epochAt(Clock.systemUTC().instant());
  }

  /** Where the edge keeps what it keeps. */
  Path data() {
    return config.retrieval().data();
  }

  /** Whether the edge knows of a placement. */
  boolean isPlaced(PlacementRecord placement) {
    return edge.knows(placement.pieceCid(), placement.payer(), placement.dataSet());
  }

  void close() throws Exception {
    end();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
