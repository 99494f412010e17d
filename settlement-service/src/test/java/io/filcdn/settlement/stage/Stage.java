package io.filcdn.settlement.stage;

import io.filcdn.testing.chain.Anvil;
import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.DevnetContracts;
import io.filcdn.testing.infra.Infra;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A chain with the real contracts' rules, the topics, and an index of the chain. The service runs
 * as a process; its way to the chain goes through a proxy.
 */
public final class Stage implements AutoCloseable {

  public static final String ADMIN_TOKEN = "token-of-the-stage";

  private static final int SLOTS_IN_AN_EPOCH = 2;

  private final Infra infra;
  private final Anvil anvil;
  private final Devnet devnet;
  private final RpcProxy proxy;
  private final DatabaseProxy database;
  private final Topics topics;
  private final Index index;
  private final Path folder;
  private final long provider;
  private final long genesisMs;
  private final ScheduledExecutorService miner =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("miner").factory());
  private final List<ServiceProcess> processes = new ArrayList<>();
  private volatile boolean timeRuns;

  private Stage(Path folder) throws IOException {
    this.folder = folder;
    this.infra = Infra.start();
    this.anvil =
        Anvil.start(
            Anvil.Options.inMemory(folder.resolve("anvil.log"))
                .withSlotsInAnEpoch(SLOTS_IN_AN_EPOCH));
    this.devnet = Devnet.on(anvil);
    this.proxy = RpcProxy.before(devnet.rpc());
    this.database = DatabaseProxy.before(infra.postgres().jdbcUrl("settlement"));
    this.topics = new Topics(infra.kafka().bootstrapServers());
    this.provider =
        devnet
            .asProvider(DevnetAccount.PROVIDER)
            .register(DevnetAccount.PAYEE.address(), "http://127.0.0.1:1");
    devnet.approveProvider(provider);
    devnet.asPayer(DevnetAccount.PAYER).prepare(Devnet.tokens("100000"));
    devnet.asPayer(DevnetAccount.SECOND_PAYER).prepare(Devnet.tokens("1000"));
    var _ = miner.scheduleWithFixedDelay(this::mineWhileTimeRuns, 500, 500, TimeUnit.MILLISECONDS);
    this.genesisMs = System.currentTimeMillis() - 1000 * devnet.epoch();
    this.index = new Index(devnet, topics);
    ServiceProcess.trainOnce(() -> startService(Map.of(ServiceProcess.TRAINING, "true")));
  }

  public static Stage open(Path folder) {
    try {
      return new Stage(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Anvil anvil() {
    return anvil;
  }

  public Devnet devnet() {
    return devnet;
  }

  public RpcProxy proxy() {
    return proxy;
  }

  public DatabaseProxy database() {
    return database;
  }

  public Topics topics() {
    return topics;
  }

  public Index index() {
    return index;
  }

  /**
   * Blocks come twice a second from now on, as on a real chain, whether there are transactions or
   * not.
   */
  public void letTimeRun() {
    anvil.setAutomine(false);
    timeRuns = true;
  }

  /** Each transaction is mined at once from now on, and no other block comes. */
  public void holdTime() {
    timeRuns = false;
    anvil.setAutomine(true);
  }

  /** Transactions wait from now on, and no block comes but those that a test mines. */
  public void stopTime() {
    timeRuns = false;
    anvil.setAutomine(false);
  }

  private void mineWhileTimeRuns() {
    try {
      if (timeRuns) {
        anvil.mine(1);
      }
    } catch (RuntimeException e) {
      // a busy node: the next block is half a second away
    }
  }

  /** A new data set of the payer with CDN, which the index knows. */
  public UsedDataSet newDataSet() {
    return newDataSet(DevnetAccount.PAYER);
  }

  /** A new data set of a payer with CDN, which the index knows. */
  public UsedDataSet newDataSet(DevnetAccount payer) {
    long id = devnet.asProvider(DevnetAccount.PROVIDER).createDataSet(payer.address(), true);
    index.add(id);
    return new UsedDataSet(this, id);
  }

  /** Many in one block, of which the index never has any news: thousands of them cost nothing. */
  public List<UsedDataSet> newDataSetsThatStay(int count) {
    List<Long> ids =
        devnet
            .asProvider(DevnetAccount.PROVIDER)
            .createDataSets(DevnetAccount.PAYER.address(), count);
    ids.forEach(index::publishOnce);
    return ids.stream().map(id -> new UsedDataSet(this, id)).toList();
  }

  /** Starts the service with the operator's key. */
  public ServiceProcess startService() {
    return startService(Map.of());
  }

  /** Starts the service with other environment variables than usual; an empty value unsets one. */
  public ServiceProcess startService(Map<String, String> different) {
    Map<String, String> environment = new HashMap<>();
    String operator = devnet.contracts().filBeamOperator();
    environment.put("FILCDN_NETWORK", networkFile("network", List.of(operator)).toString());
    environment.put("FILCDN_OPERATOR_KEY", DevnetAccount.OPERATOR.privateKey());
    environment.put("KAFKA_BOOTSTRAP_SERVERS", infra.kafka().bootstrapServers());
    environment.put("QUARKUS_DATASOURCE_JDBC_URL", database.jdbcUrl());
    environment.put("FILCDN_ADMIN_TOKEN", ADMIN_TOKEN);
    environment.put("QUARKUS_HTTP_PORT", "0");
    environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
    environment.putAll(different);
    environment.values().removeIf(String::isEmpty);
    ServiceProcess process =
        ServiceProcess.start(
            environment, folder.resolve("settlement-%d.log".formatted(processes.size())));
    processes.add(process);
    return process;
  }

  /** Ends all services that still run, and heals what a test broke. */
  public void reset() {
    processes.forEach(ServiceProcess::kill);
    proxy.heal();
    proxy.forgetPool();
    database.heal();
    index.resume();
    index.findAgain();
    holdTime();
  }

  /** Changes the service's database behind its back. */
  public void sql(String... statements) {
    try (Connection database = DriverManager.getConnection(infra.postgres().jdbcUrl("settlement"));
        Statement statement = database.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A file of this chain with other values than usual, each as it stands there. */
  public Path networkFile(String name, Map<String, String> different) {
    Path file = networkFile(name, List.of(devnet.contracts().filBeamOperator()));
    try {
      String text = Files.readString(file);
      for (Map.Entry<String, String> value : different.entrySet()) {
        text =
            text.replaceFirst(
                "\"%s\": [0-9]+".formatted(value.getKey()),
                "\"%s\": %s".formatted(value.getKey(), value.getValue()));
      }
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A file of this chain where the reports of several operator contracts count, the last in office.
   */
  public Path networkFile(String name, List<String> operators) {
    DevnetContracts contracts = devnet.contracts();
    Path file = folder.resolve(name + ".json");
    try {
      return Files.writeString(
          file,
          """
          {"name": "stage", "chainId": %d, "rpcUrls": ["%s"], "genesisMs": %d, "epochSeconds": 1,
           "generation": "fwss", "finality": {"tag": "finalized", "fallbackDepth": 8},
           "contracts": {"pdpVerifier": "%s", "fwss": "%s", "stateView": "%s",
             "serviceProviderRegistry": "%s", "filecoinPay": "%s", "filBeamOperator": "%s", "token": "%s"},
           "operators": [%s],
           "reportEverySeconds": 2, "settleEverySeconds": 2}
          """
              .formatted(
                  DevnetContracts.CHAIN_ID,
                  proxy.url(),
                  genesisMs,
                  contracts.pdpVerifier(),
                  contracts.fwss(),
                  contracts.stateView(),
                  contracts.serviceProviderRegistry(),
                  contracts.filecoinPay(),
                  operators.getLast(),
                  contracts.token(),
                  operators.stream()
                      .map("{\"address\": \"%s\"}"::formatted)
                      .collect(Collectors.joining(", "))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    reset();
    miner.shutdownNow();
    index.close();
    topics.close();
    proxy.close();
    devnet.close();
    anvil.close();
    database.close();
    infra.close();
  }
}
