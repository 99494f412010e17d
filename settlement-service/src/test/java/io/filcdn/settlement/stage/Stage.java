package io.filcdn.settlement.stage;

import io.filcdn.stack.chain.Anvil;
import io.filcdn.stack.chain.Devnet;
import io.filcdn.stack.chain.DevnetAccount;
import io.filcdn.stack.chain.DevnetContracts;
import io.filcdn.stack.infra.Infra;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A chain with the real contracts' rules, the topics, and an index of the chain. The service runs
 * as a process; its way to the chain goes through a proxy.
 */
public final class Stage implements AutoCloseable {

  private static final int SLOTS_IN_AN_EPOCH = 2;

  private final Infra infra;
  private final Anvil anvil;
  private final Devnet devnet;
  private final RpcProxy proxy;
  private final Topics topics;
  private final Index index;
  private final Path folder;
  private final long provider;
  private final List<ServiceProcess> processes = new ArrayList<>();

  private Stage(Path folder) throws IOException {
    this.folder = folder;
    this.infra = Infra.start();
    this.anvil =
        Anvil.start(
            Anvil.Options.inMemory(folder.resolve("anvil.log"))
                .withSlotsInAnEpoch(SLOTS_IN_AN_EPOCH));
    this.devnet = Devnet.on(anvil);
    this.proxy = RpcProxy.before(anvil.rpcUrl());
    this.topics = new Topics(infra.kafka().bootstrapServers());
    this.provider =
        devnet
            .asProvider(DevnetAccount.PROVIDER)
            .register(DevnetAccount.PAYEE.address(), "http://127.0.0.1:1");
    devnet.approveProvider(provider);
    devnet.asPayer(DevnetAccount.PAYER).prepare(Devnet.tokens("1000"));
    this.index = new Index(devnet, topics);
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

  public Topics topics() {
    return topics;
  }

  public Index index() {
    return index;
  }

  /**
   * Blocks come each second from now on, as on a real chain, whether there are transactions or not.
   */
  public void letTimeRun() {
    anvil.setAutomine(false);
    anvil.setIntervalMining(Duration.ofSeconds(1));
  }

  /** Each transaction is mined at once from now on, and no other block comes. */
  public void holdTime() {
    anvil.setIntervalMining(Duration.ZERO);
    anvil.setAutomine(true);
  }

  /** A new data set of the payer with CDN, which the index knows. */
  public UsedDataSet newDataSet() {
    long id =
        devnet
            .asProvider(DevnetAccount.PROVIDER)
            .createDataSet(DevnetAccount.PAYER.address(), true);
    index.add(id);
    return new UsedDataSet(this, id);
  }

  /** Starts the service with the operator's key. */
  public ServiceProcess startService() {
    return startService(Map.of());
  }

  /** Starts the service with other environment variables than usual; an empty value unsets one. */
  public ServiceProcess startService(Map<String, String> different) {
    Map<String, String> environment = new HashMap<>();
    environment.put("FILCDN_NETWORK", networkFile().toString());
    environment.put("FILCDN_OPERATOR_KEY", DevnetAccount.OPERATOR.privateKey());
    environment.put("KAFKA_BOOTSTRAP_SERVERS", infra.kafka().bootstrapServers());
    environment.put("QUARKUS_DATASOURCE_JDBC_URL", infra.postgres().jdbcUrl("settlement"));
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
    proxy.setSends(RpcProxy.Sends.PASS);
    index.resume();
    holdTime();
  }

  private Path networkFile() {
    DevnetContracts contracts = devnet.contracts();
    Path file = folder.resolve("network.json");
    try {
      return Files.writeString(
          file,
          """
          {"name": "stage", "chainId": %d, "rpcUrls": ["%s"], "genesisMs": 0, "epochSeconds": 1,
           "generation": "fwss", "finality": {"tag": "finalized", "fallbackDepth": 8},
           "contracts": {"pdpVerifier": "%s", "fwss": "%s", "stateView": "%s",
             "serviceProviderRegistry": "%s", "filecoinPay": "%s", "filBeamOperator": "%s", "token": "%s"},
           "reportEverySeconds": 2, "settleEverySeconds": 2}
          """
              .formatted(
                  DevnetContracts.CHAIN_ID,
                  proxy.url(),
                  contracts.pdpVerifier(),
                  contracts.fwss(),
                  contracts.stateView(),
                  contracts.serviceProviderRegistry(),
                  contracts.filecoinPay(),
                  contracts.filBeamOperator(),
                  contracts.token()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    reset();
    index.close();
    topics.close();
    proxy.close();
    devnet.close();
    anvil.close();
    infra.close();
  }
}
