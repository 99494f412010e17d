package io.filcdn.stack;

import io.filcdn.stack.demo.LocalDevnet;
import io.filcdn.testing.infra.EmbeddedPostgres;
import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.Listener;
import io.filcdn.testing.process.Patience;
import io.filcdn.testing.process.Ports;
import io.filcdn.testing.process.StackFailure;
import io.filcdn.testing.process.StackProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The infrastructure that the services stand on.
 *
 * @param devnet the chain, where it is one of this stack's own
 * @param kafkaStart the start of Kafka, which takes longer than that of the others and which
 *     nothing before the services needs
 */
record Infrastructure(
    EmbeddedPostgres postgres, Optional<LocalDevnet> devnet, Future<?> kafkaStart) {

  private static final String POSTGRES = "postgres";
  private static final String KAFKA = "kafka";
  private static final String CHAIN = "chain";

  /** The folder of the databases of a network that keeps its data in {@code folder}. */
  static Path postgres(Path folder) {
    return folder.resolve(POSTGRES);
  }

  /**
   * Starts its parts side by side, on what {@code folder} keeps, and waits until all but Kafka
   * answer.
   */
  static Infrastructure start(
      Path folder,
      DataFolder data,
      Ports ports,
      StackProcesses processes,
      Console console,
      Patience patience,
      boolean isDevnet)
      throws Exception {
    Files.createDirectories(folder);
    Callable<EmbeddedPostgres> postgres = () -> postgres(postgres(folder), data, ports, processes);
    Callable<ProcessHandle> kafka =
        () -> kafka(folder.resolve(KAFKA), data, ports, processes, patience);
    Callable<LocalDevnet> chain = () -> chain(folder, data, ports, processes);
    Future<ProcessHandle> kafkaStart = begin(() -> console.step("Kafka", kafka));
    Future<EmbeddedPostgres> postgresStart = begin(() -> console.step("Postgres", postgres));
    Optional<LocalDevnet> devnet =
        isDevnet
            ? Optional.of(result("the chain", begin(() -> console.step("chain", chain)), patience))
            : Optional.empty();
    return new Infrastructure(result("Postgres", postgresStart, patience), devnet, kafkaStart);
  }

  private static <T> Future<T> begin(Callable<T> start) {
    FutureTask<T> task = new FutureTask<>(start);
    Thread.ofVirtual().start(task);
    return task;
  }

  /** Waits until Kafka answers and has FilCDN's topics. */
  void awaitKafka(Patience patience) throws Exception {
    result("Kafka", kafkaStart, patience);
  }

  /** The address of a stack's Kafka. */
  static String kafka(Ports ports) {
    return "127.0.0.1:" + ports.of(Listener.KAFKA);
  }

  /** The ways to start those parts again that keep on disk what they have told others. */
  Map<String, Watch.Starter> starters(
      Path folder, DataFolder data, Ports ports, StackProcesses processes, Patience patience) {
    AtomicReference<EmbeddedPostgres> last = new AtomicReference<>(postgres);
    return Map.of(
        POSTGRES,
        () -> {
          // what ended by itself still holds its lock on the folder
          Objects.requireNonNull(last.get()).close();
          EmbeddedPostgres next = postgres(postgres(folder), data, ports, processes);
          last.set(next);
          return next.process();
        },
        KAFKA,
        () -> kafka(folder.resolve(KAFKA), data, ports, processes, patience));
  }

  private static EmbeddedPostgres postgres(
      Path folder, DataFolder data, Ports ports, StackProcesses processes) {
    EmbeddedPostgres postgres =
        EmbeddedPostgres.supervised(folder, ports.of(Listener.POSTGRES), data.freshLog(POSTGRES));
    processes.adopt(POSTGRES, postgres.process());
    return postgres;
  }

  private static ProcessHandle kafka(
      Path folder, DataFolder data, Ports ports, StackProcesses processes, Patience patience)
      throws IOException {
    Path ready = folder.resolve("ready");
    Files.createDirectories(folder);
    Files.deleteIfExists(ready);
    ProcessHandle process =
        processes.start(
            KAFKA,
            Services.kafka(folder, ports.of(Listener.KAFKA), ready, data.kafkaUsers()),
            Map.of());
    boolean answered =
        patience.until(
            () -> Files.exists(ready) || !process.isAlive(),
            () -> process.info().totalCpuDuration(),
            () -> "Kafka");
    if (!answered || !process.isAlive()) {
      throw new StackFailure(
          "Kafka %s: %s; its log is %s"
              .formatted(
                  answered ? "ended while it started" : "did not start " + patience.limit(),
                  data.cause(KAFKA).orElse("it said nothing"),
                  data.log(KAFKA)));
    }
    return process;
  }

  private static LocalDevnet chain(
      Path folder, DataFolder data, Ports ports, StackProcesses processes) throws Exception {
    return LocalDevnet.start(
        folder,
        ports.of(Listener.CHAIN),
        data.freshLog(CHAIN),
        process -> processes.adopt(CHAIN, process));
  }

  /** Each step knows by itself when it has failed; here is said that it is waited for. */
  private static <T> T result(String name, Future<T> future, Patience patience) throws Exception {
    if (!patience.until(future::isDone, System::nanoTime, () -> name)) {
      future.cancel(true);
      throw new StackFailure("%s did not start %s".formatted(name, patience.limit()));
    }
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}
