package io.filcdn.stack;

import static java.util.Map.entry;

import io.filcdn.testing.infra.KafkaUsers;
import io.filcdn.testing.infra.Postgres;
import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.Listener;
import io.filcdn.testing.process.Ports;
import io.filcdn.testing.process.StackProcesses;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The configuration of the four services for one machine: small, and by environment variables. */
final class Services {

  /** Heaps that grow when they have to, and memory of the C library that goes back. */
  private static final List<String> SMALL =
      List.of(
          "-Xss512k",
          "-Xms24m",
          "-XX:TrimNativeHeapInterval=5000",
          // no collections for the sake of classes while they are loaded
          "-XX:MetaspaceSize=96m");

  /** Compiles less well and takes less memory: for what waits for others most of the time. */
  private static final List<String> MOSTLY_WAITING = List.of("-Xmx128m", "-XX:TieredStopAtLevel=1");

  private static final List<String> BUSY = List.of("-Xmx128m");

  /** Pieces are hashed and kept outside the heap. */
  private static final List<String> STREAMING = List.of("-Xmx192m", "-XX:MaxDirectMemorySize=256m");

  private final Checkout checkout;
  private final Ports ports;
  private final EdgeKeys keys;
  private final GranteeFiles grantee;
  private final KafkaUsers kafkaUsers;
  private final Map<String, String> shared;

  Services(Checkout checkout, DataFolder data, Ports ports) {
    this.checkout = checkout;
    this.ports = ports;
    this.keys = EdgeKeys.in(data);
    this.grantee = GranteeFiles.in(data);
    this.kafkaUsers = KafkaUsers.in(data.kafkaUsers());
    this.shared =
        Map.of(
            "FILCDN_NETWORK",
            data.networkFile().toString(),
            "KAFKA_BOOTSTRAP_SERVERS",
            Infrastructure.kafka(ports),
            "QUARKUS_HTTP_HOST",
            "127.0.0.1",
            // glibc keeps a heap per thread otherwise
            "MALLOC_ARENA_MAX",
            "2");
  }

  /**
   * All four.
   *
   * @param retrievalData where the edge keeps cache, index replica and journal
   * @param operatorKey for settlement alone
   * @param isDevnet whether blocks come within seconds, so that looking for them often is worth it,
   *     and the node is the stack's own, so that it is believed who may sign for a payer
   */
  List<Service> all(Postgres postgres, Path retrievalData, String operatorKey, boolean isDevnet) {
    Map<String, String> edge =
        Map.ofEntries(
            entry("FILCDN_RETRIEVAL_HTTP_HOST", "127.0.0.1"),
            entry("FILCDN_RETRIEVAL_HTTP_PORT", Integer.toString(ports.of(Listener.RETRIEVAL))),
            entry("FILCDN_RETRIEVAL_HTTP_DNS_ROOT", StackFile.DNS_ROOT),
            entry("FILCDN_RETRIEVAL_HTTP_EXPOSE_MANAGEMENT", "true"),
            entry("FILCDN_RETRIEVAL_DATA", retrievalData.toString()),
            // a fetch is on a page within three seconds
            entry("FILCDN_RETRIEVAL_USAGE_FLUSH_INTERVAL", "300ms"),
            entry("FILCDN_RETRIEVAL_EDGE", EdgeKeys.EDGE),
            entry("FILCDN_RETRIEVAL_LEASES_URL", Service.management("metrics", ports)),
            entry("FILCDN_RETRIEVAL_IDENTITY_KEY", keys.privateKey().toString()),
            entry("FILCDN_RETRIEVAL_GRANTEE_KEY", grantee.key().toString()),
            entry("FILCDN_RETRIEVAL_GRANTEE_VOUCHERS", grantee.vouchers().toString()));
    Map<String, String> indexer = isDevnet ? Map.of("FILCDN_INDEXER_HEAD_POLL", "500ms") : Map.of();
    Map<String, String> settlement = new HashMap<>();
    settlement.put(StackProcesses.OPERATOR_KEY, operatorKey);
    if (isDevnet) {
      settlement.put("FILCDN_SETTLEMENT_LEDGER_RECONCILE_EVERY", "15s");
    }
    return List.of(
        service("indexer", MOSTLY_WAITING, database(postgres, "indexer", indexer)),
        service(
            "metrics",
            BUSY,
            database(
                postgres,
                "metrics",
                Map.of(
                    "FILCDN_METRICS_EDGES_LIST",
                    keys.list().toString(),
                    "FILCDN_METRICS_PAGES_PIECE_URL",
                    "http://localhost:%d/{payer}/{pieceCid}"
                        .formatted(ports.of(Listener.RETRIEVAL)),
                    "FILCDN_METRICS_ACCOUNTS_DOMAIN",
                    URI.create(Service.management("metrics", ports)).getAuthority(),
                    "FILCDN_METRICS_WALLETS_ASK_CHAIN",
                    Boolean.toString(isDevnet),
                    "FILCDN_METRICS_PAGES_SETTLEMENT_URL",
                    Service.management("settlement", ports),
                    "FILCDN_METRICS_PAGES_ORDERS",
                    "true",
                    "FILCDN_METRICS_PAGES_INDEXER_URL",
                    Service.management("indexer", ports),
                    // for the same
                    "FILCDN_METRICS_INTAKE_MAX_WAIT",
                    "500ms"))),
        service("settlement", MOSTLY_WAITING, database(postgres, "settlement", settlement)),
        service("retrieval", STREAMING, edge));
  }

  private static Map<String, String> database(
      Postgres postgres, String name, Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("QUARKUS_DATASOURCE_JDBC_URL", postgres.jdbcUrl(name));
    return environment;
  }

  private Service service(String name, List<String> size, Map<String, String> own) {
    String management = Service.management(name, ports);
    List<String> command = new ArrayList<>(List.of(Checkout.java()));
    command.addAll(checkout.javaOptions(name));
    command.addAll(SMALL);
    command.addAll(size);
    Map<String, String> environment = new HashMap<>(shared);
    environment.putAll(own);
    kafkaUsers
        .client(name)
        .forEach(
            (key, value) ->
                environment.put(
                    "KAFKA_" + key.replace('.', '_').toUpperCase(Locale.ROOT), "" + value));
    environment.put("QUARKUS_HTTP_PORT", Integer.toString(URI.create(management).getPort()));
    environment.putAll(own(name, System.getenv()));
    return new Service(
        name,
        command,
        checkout.classArchive(name),
        checkout.aotCache(name),
        environment,
        management);
  }

  /**
   * The variables among {@code all} that are for this service alone, by their names to it: {@code
   * FILCDN_UP_METRICS_TZ} is {@code TZ} to metrics.
   */
  static Map<String, String> own(String service, Map<String, String> all) {
    String begin = "FILCDN_UP_%s_".formatted(service.toUpperCase(Locale.ROOT));
    Map<String, String> own = new HashMap<>();
    all.forEach(
        (name, value) -> {
          if (name.startsWith(begin)) {
            own.put(name.substring(begin.length()), value);
          }
        });
    return own;
  }

  /** The command that runs Kafka, as {@link io.filcdn.testing.infra.KafkaProcess} wants it. */
  static List<String> kafka(Path folder, int port, Path readyFile, Path users) {
    List<String> command = new ArrayList<>(List.of(Checkout.java()));
    command.addAll(Checkout.ofThisProcess().javaOptions("kafka"));
    command.addAll(SMALL);
    command.addAll(List.of("-Xmx160m", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(io.filcdn.testing.infra.KafkaProcess.class.getName());
    command.addAll(
        List.of(folder.toString(), Integer.toString(port), readyFile.toString(), users.toString()));
    return command;
  }
}
