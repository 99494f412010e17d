package io.filcdn.testing.infra;

import io.filcdn.testing.process.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.metadata.storage.Formatter;

/** A Kafka broker in this JVM, its own controller (KRaft), whose logs lie in a folder of ours. */
public final class EmbeddedKafka implements Kafka {

  private static final int NODE = 1;

  private final KafkaRaftServer server;
  private final int port;
  private final Map<String, Object> admin;

  private EmbeddedKafka(KafkaRaftServer server, int port, Map<String, Object> admin) {
    this.server = server;
    this.port = port;
    this.admin = admin;
  }

  /**
   * Starts a broker on the logs in {@code folder}, which is formatted where it is new.
   *
   * @param port where to listen on loopback; 0 for any
   */
  public static EmbeddedKafka start(Path folder, int port) {
    return start(folder, port, Optional.empty());
  }

  /** Starts one that knows its clients, and lets each do what is its own. */
  public static EmbeddedKafka start(Path folder, int port, KafkaUsers users) {
    EmbeddedKafka kafka = start(folder, port, Optional.of(users));
    kafka.allow(KafkaAccess.rules());
    return kafka;
  }

  /**
   * Starts one as a deployment configures it, but for folder and ports.
   *
   * @param listener the name of the listener for clients; the other is {@code CONTROLLER}
   * @param admin the login of its administrator
   */
  public static EmbeddedKafka start(
      Path folder, Map<String, String> deployed, String listener, Map<String, Object> admin) {
    int port = FreePort.find();
    Map<String, String> settings = settings(folder, port, FreePort.find());
    Map<String, String> ours = Map.copyOf(settings);
    settings.putAll(deployed);
    for (String place : List.of("listeners", "advertised.listeners")) {
      settings.put(place, Objects.requireNonNull(ours.get(place)).replace("PLAINTEXT", listener));
    }
    for (String place : List.of("log.dirs", "controller.quorum.voters")) {
      settings.put(place, Objects.requireNonNull(ours.get(place)));
    }
    return start(folder, port, settings, admin);
  }

  private static EmbeddedKafka start(Path folder, int port, Optional<KafkaUsers> users) {
    int brokerPort = port == 0 ? FreePort.find() : port;
    Map<String, String> settings = settings(folder, brokerPort, FreePort.find());
    users.ifPresent(known -> settings.putAll(secured(known)));
    return start(
        folder,
        brokerPort,
        settings,
        users.map(known -> known.client(KafkaUsers.ADMIN)).orElse(Map.of()));
  }

  private static EmbeddedKafka start(
      Path folder, int port, Map<String, String> settings, Map<String, Object> admin) {
    formatWhereNew(folder, settings);
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings), Time.SYSTEM);
    server.startup();
    return new EmbeddedKafka(server, port, admin);
  }

  /** The controller's port too: it is as open to this machine as the broker's. */
  private static Map<String, String> secured(KafkaUsers users) {
    Map<String, String> settings = new HashMap<>();
    settings.put(
        "listener.security.protocol.map", "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT");
    settings.put("inter.broker.listener.name", "PLAINTEXT");
    settings.put("sasl.enabled.mechanisms", "PLAIN");
    settings.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
    settings.put("sasl.mechanism.controller.protocol", "PLAIN");
    settings.put("listener.name.plaintext.plain.sasl.jaas.config", users.brokerLogin());
    settings.put("listener.name.controller.plain.sasl.jaas.config", users.brokerLogin());
    settings.put("authorizer.class.name", StandardAuthorizer.class.getName());
    settings.put("super.users", "User:" + KafkaUsers.ADMIN);
    return settings;
  }

  private static Map<String, String> settings(Path folder, int port, int controllerPort) {
    Map<String, String> settings = new HashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(NODE));
    settings.put("controller.quorum.voters", NODE + "@127.0.0.1:" + controllerPort);
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put(
        "listeners",
        "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(port, controllerPort));
    settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("log.dirs", folder.resolve("logs").toString());
    settings.put("auto.create.topics.enable", "false");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "4");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", "4");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");
    // the default takes 128 MB of heap
    settings.put("log.cleaner.dedupe.buffer.size", "2097152");
    settings.put("log.segment.bytes", "67108864");
    settings.put("num.network.threads", "2");
    settings.put("num.io.threads", "2");
    settings.put("num.recovery.threads.per.data.dir", "2");
    return settings;
  }

  private static void formatWhereNew(Path folder, Map<String, String> settings) {
    Path logs = folder.resolve("logs");
    if (Files.exists(logs.resolve("meta.properties"))) {
      return;
    }
    Path file = folder.resolve("server.properties");
    try {
      Files.createDirectories(logs);
      Files.writeString(
          file,
          settings.entrySet().stream()
              .map(entry -> entry.getKey() + "=" + entry.getValue())
              .collect(java.util.stream.Collectors.joining("\n")));
      new Formatter()
          .setClusterId(Uuid.randomUuid().toString())
          .setNodeId(NODE)
          .setControllerListenerName("CONTROLLER")
          .setMetadataLogDirectory(logs.toString())
          .addDirectory(logs.toString())
          .setUnstableFeatureVersionsEnabled(false)
          .run();
    } catch (IOException e) {
      throw new UncheckedIOException("Kafka's folder " + folder + " cannot be formatted", e);
    } catch (Exception e) {
      throw new IllegalStateException("Kafka's folder " + folder + " cannot be formatted", e);
    }
  }

  @Override
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  @Override
  public Map<String, Object> adminLogin() {
    return admin;
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }
}
