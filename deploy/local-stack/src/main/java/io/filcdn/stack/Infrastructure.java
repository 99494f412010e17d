package io.filcdn.stack;

import io.filcdn.stack.demo.LocalDevnet;
import io.filcdn.stack.infra.EmbeddedPostgres;
import io.filcdn.stack.run.Await;
import io.filcdn.stack.run.Console;
import io.filcdn.stack.run.DataFolder;
import io.filcdn.stack.run.Listener;
import io.filcdn.stack.run.Ports;
import io.filcdn.stack.run.StackFailure;
import io.filcdn.stack.run.StackProcesses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What the services stand on.
 *
 * @param kafka where Kafka is, as {@code host:port}
 * @param devnet the chain, where it is one of this stack's own
 */
record Infrastructure(EmbeddedPostgres postgres, String kafka, Optional<LocalDevnet> devnet) {

  private static final Duration KAFKA_LIMIT = Duration.ofSeconds(90);
  private static final String POSTGRES = "postgres";
  private static final String KAFKA = "kafka";
  private static final String CHAIN = "chain";

  /** Starts its parts side by side, on what {@code folder} keeps, and waits until they answer. */
  static Infrastructure start(
      Path folder,
      DataFolder data,
      Ports ports,
      StackProcesses processes,
      Console console,
      boolean isDevnet)
      throws Exception {
    Files.createDirectories(folder);
    Callable<EmbeddedPostgres> postgres =
        () -> postgres(folder.resolve(POSTGRES), data, ports, processes);
    Callable<String> kafka = () -> kafka(folder.resolve(KAFKA), ports, processes);
    Callable<LocalDevnet> chain = () -> chain(folder, data, ports, processes);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<EmbeddedPostgres> postgresUp =
          threads.submit(() -> console.step("Postgres", postgres));
      Future<String> kafkaUp = threads.submit(() -> console.step("Kafka", kafka));
      Optional<LocalDevnet> devnet =
          isDevnet ? Optional.of(console.step("chain", chain)) : Optional.empty();
      return new Infrastructure(result(postgresUp), result(kafkaUp), devnet);
    }
  }

  private static EmbeddedPostgres postgres(
      Path folder, DataFolder data, Ports ports, StackProcesses processes) {
    EmbeddedPostgres postgres =
        EmbeddedPostgres.supervised(folder, ports.of(Listener.POSTGRES), data.freshLog(POSTGRES));
    processes.adopt(POSTGRES, postgres.process());
    return postgres;
  }

  private static String kafka(Path folder, Ports ports, StackProcesses processes) throws Exception {
    Path ready = folder.resolve("ready");
    Files.createDirectories(folder);
    Files.deleteIfExists(ready);
    ProcessHandle process =
        processes.start(KAFKA, Services.kafka(folder, ports.of(Listener.KAFKA), ready), Map.of());
    boolean answered = Await.until(KAFKA_LIMIT, () -> Files.exists(ready) || !process.isAlive());
    if (!answered || !process.isAlive()) {
      throw new StackFailure(
          answered
              ? "Kafka ended while it started"
              : "Kafka did not start within " + KAFKA_LIMIT.toSeconds() + " s");
    }
    return "127.0.0.1:" + ports.of(Listener.KAFKA);
  }

  private static LocalDevnet chain(
      Path folder, DataFolder data, Ports ports, StackProcesses processes) throws Exception {
    return LocalDevnet.start(
        folder,
        ports.of(Listener.CHAIN),
        data.freshLog(CHAIN),
        process -> processes.adopt(CHAIN, process));
  }

  private static <T> T result(Future<T> future) throws Exception {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}
