package io.filcdn.stack;

import io.filcdn.common.network.Network;
import io.filcdn.stack.demo.DemoPiece;
import io.filcdn.stack.demo.LocalDevnet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.infra.KafkaUsers;
import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.Http;
import io.filcdn.testing.process.Listener;
import io.filcdn.testing.process.LogFile;
import io.filcdn.testing.process.Patience;
import io.filcdn.testing.process.Ports;
import io.filcdn.testing.process.StackFailure;
import io.filcdn.testing.process.StackLock;
import io.filcdn.testing.process.StackProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The command {@code ./filcdn up}: starts a whole stack, from what lies in its data folder or from
 * nothing, and stays with it until it is told to end.
 */
final class Up {

  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  private final Checkout checkout;
  private final DataFolder data;
  private final Options options;
  private final Console console;
  private final Clock clock;
  private final StackProcesses processes;
  private final Patience patience;
  private final Http http = new Http();

  /**
   * The options of the command.
   *
   * @param portBase the first port, or {@link Ports#ANY}
   * @param network a name or a path
   * @param fresh whether to forget what the network's last run left
   * @param train whether to run each service once first, so that it starts faster from then on
   * @param operatorKey from the environment
   * @param timeout how long the start may take in all; while there is progress, where none is given
   */
  record Options(
      int portBase,
      String network,
      boolean fresh,
      boolean train,
      Optional<String> operatorKey,
      Optional<Duration> timeout) {}

  Up(Checkout checkout, DataFolder data, Options options, Console console, Clock clock) {
    this.checkout = checkout;
    this.data = data;
    this.options = options;
    this.console = console;
    this.clock = clock;
    this.processes = new StackProcesses(data);
    this.patience = new Patience(console, options.timeout());
  }

  /** Starts everything. Never returns: it ends with this process, or with a failure. */
  void run() throws Exception {
    NetworkChoice choice = NetworkChoice.find(checkout.networks(), options.network());
    Network network = choice.read();
    Path folder = data.of(network.name());
    String operatorKey = operatorKey(choice, network);

    takeOver(folder);
    Ports ports = Ports.claim(options.portBase(), choice.listeners());
    if (!choice.isDevnet()) {
      RpcCheck.pass(network, http);
    }

    // before Kafka and the services look for theirs
    KafkaUsers.in(data.kafkaUsers());
    console.say("Starting FilCDN on %s; its data is in %s".formatted(network.name(), folder));
    Infrastructure infrastructure = infrastructure(folder, ports, choice);
    Optional<Demo> demo = demo(infrastructure, folder, ports);
    Network effective = network(choice, network, infrastructure, ports);

    List<Service> services =
        new Services(checkout, data, ports)
            .all(
                infrastructure.postgres(),
                folder.resolve("retrieval"),
                operatorKey,
                choice.isDevnet());
    infrastructure.awaitKafka(patience);
    if (options.train()) {
      new Training(processes, console, patience, http).of(services);
    }
    StackFile stack = StackFile.of(ports, data, effective, infrastructure.postgres());
    Optional<SignedDemo> signed = Optional.empty();
    if (demo.isPresent()) {
      signed = Optional.of(SignedDemo.in(folder, demo.get().content().signed(), effective, clock));
      demo.get().describe(stack, signed.get());
    }
    services.forEach(service -> service.start(processes));
    List<DemoPiece> pieces = demo.map(shown -> shown.content().pieces()).orElse(List.of());
    stayWith(
        new Watch(
            data, processes, console, stack, starters(infrastructure, services, folder, ports)),
        new Readiness(processes, console, http, services, stack, pieces, signed),
        stack);
  }

  private Map<String, Watch.Starter> starters(
      Infrastructure infrastructure, List<Service> services, Path folder, Ports ports) {
    Map<String, Watch.Starter> all =
        new HashMap<>(infrastructure.starters(folder, data, ports, processes, patience));
    services.forEach(service -> all.put(service.name(), () -> service.start(processes)));
    return all;
  }

  /** Waits until all is ready, and stays; also where that takes longer than anyone waits for. */
  private void stayWith(Watch watch, Readiness readiness, StackFile stack) throws IOException {
    watch.begin();
    boolean ready =
        patience.until(
            () -> {
              tend(watch, Duration.ZERO);
              return readiness.isReached();
            },
            readiness::signs,
            readiness::missing);
    if (!ready) {
      Welcome.sayNotReady(console, patience.limit(), readiness.missing(), data);
      watch.publish();
    }
    while (!readiness.isReached()) {
      tend(watch, LOOK_EVERY);
    }
    watch.publish();
    Welcome.say(console, stack, data, http);
    // the start took most of the heap; what comes now takes little
    System.gc();
    while (true) {
      tend(watch, LOOK_EVERY);
    }
  }

  private static void tend(Watch watch, Duration wait) {
    try {
      watch.tend(wait);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackFailure("interrupted", e);
    }
  }

  private String operatorKey(NetworkChoice choice, Network network) {
    return choice.isDevnet()
        ? DevnetAccount.OPERATOR.privateKey()
        : NetworkChoice.operatorKey(network, options.operatorKey());
  }

  /** Makes this the one process that works on the data folder, with nothing left of the last. */
  private void takeOver(Path folder) {
    StackLock lock = StackLock.take(data);
    LogFile.begin(data.freshLog("up"));
    Leftovers.stop(data, folder, processes, console);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(lock), "stop"));
    StackFile.SERVICES.forEach(service -> DataFolder.delete(data.restartFile(service)));
    if (options.fresh()) {
      DataFolder.delete(folder);
    }
  }

  /** Starts Kafka, Postgres and the chain; anew where the chain lost what the databases know. */
  private Infrastructure infrastructure(Path folder, Ports ports, NetworkChoice choice)
      throws Exception {
    Infrastructure started =
        Infrastructure.start(folder, data, ports, processes, console, patience, choice.isDevnet());
    if (started.devnet().isEmpty()) {
      return started;
    }
    Optional<String> mismatch =
        started.devnet().get().mismatch(started.postgres().jdbcUrl("indexer"));
    if (mismatch.isEmpty()) {
      return started;
    }
    console.say("The devnet starts fresh: %s.".formatted(mismatch.get()));
    started.awaitKafka(patience);
    processes.stop();
    DataFolder.delete(folder);
    return Infrastructure.start(
        folder, data, ports, processes, console, patience, choice.isDevnet());
  }

  private Optional<Demo> demo(Infrastructure infrastructure, Path folder, Ports ports)
      throws Exception {
    return infrastructure.devnet().isEmpty()
        ? Optional.empty()
        : Optional.of(
            console.step(
                "demo content on chain",
                () ->
                    Demo.start(
                        infrastructure.devnet().get(),
                        folder.resolve("provider"),
                        ports.of(Listener.PROVIDER))));
  }

  /** Writes the network file that the services read, and reads it as they will. */
  private Network network(
      NetworkChoice choice, Network network, Infrastructure infrastructure, Ports ports)
      throws Exception {
    Optional<LocalDevnet> devnet = infrastructure.devnet();
    if (devnet.isPresent()) {
      choice.copyTo(
          data.networkFile(),
          ports.url(Listener.CHAIN),
          devnet.get().runByTheClock(network.epochDuration(), clock));
    } else {
      choice.copyTo(data.networkFile());
    }
    return new NetworkChoice(data.networkFile(), choice.isDevnet()).read();
  }

  private void stop(StackLock lock) {
    DataFolder.delete(data.stackFile());
    List<String> running = processes.running();
    if (!running.isEmpty()) {
      console.say("Stopping " + String.join(", ", running));
    }
    processes.stopForGood();
    if (!running.isEmpty()) {
      console.say("Stopped.");
    }
    lock.close();
  }
}
