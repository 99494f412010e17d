package io.filcdn.bench.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A server process of a benchmark; what it says goes to a log file. It ends with the benchmark. */
public final class Server implements AutoCloseable {

  private static final long LOOK_EVERY_MILLIS = 50;

  private final String name;
  private final Path log;
  private final Process process;

  private Server(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /** Starts a command in {@code folder}, where its log is written too. */
  public static Server start(
      String name, Path folder, List<String> command, Map<String, String> environment) {
    Path log = folder.resolve(name + ".log");
    try {
      Files.createDirectories(folder);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      builder.environment().putAll(environment);
      Server server = new Server(name, log, builder.start());
      Runtime.getRuntime().addShutdownHook(new Thread(server::close));
      return server;
    } catch (IOException e) {
      throw new BenchFailure("%s cannot be started: %s".formatted(name, e.getMessage()), e);
    }
  }

  public long pid() {
    return process.pid();
  }

  /** Waits until it takes connections. */
  public Server awaitPort(int port) {
    await("takes connections on port " + port, Duration.ofSeconds(60), () -> takes(port));
    return this;
  }

  private static boolean takes(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Waits for a condition while the process lives. */
  public void await(String what, Duration patience, BooleanSupplier condition) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      try {
        if (process.waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
          throw new BenchFailure("%s ended before it %s: see %s".formatted(name, what, log));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BenchFailure("interrupted", e);
      }
      if (System.nanoTime() > deadline) {
        throw new BenchFailure(
            "expected that %s %s within %s: see %s".formatted(name, what, patience, log));
      }
    }
  }

  /** Processor time that the process and its children have used. */
  public Duration processorTime() {
    return processes()
        .map(one -> one.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }

  private Stream<ProcessHandle> processes() {
    return ProcessHandle.of(process.pid()).stream()
        .flatMap(self -> Stream.concat(Stream.of(self), self.descendants()));
  }

  /** Memory that only this process and its children use up, as Linux counts it (PSS), in MB. */
  public double megabytes() {
    return processes().mapToDouble(one -> pss(one.pid())).sum();
  }

  private static double pss(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps_rollup")).stream()
          .filter(line -> line.startsWith("Pss:"))
          .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1_024 / 1e6)
          .sum();
    } catch (IOException e) {
      return 0;
    }
  }

  /** The number of files and connections that the process has open. */
  public int openFiles() {
    try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid()), "fd"))) {
      return Math.toIntExact(open.count());
    } catch (IOException e) {
      throw new BenchFailure("the open files of %s cannot be counted".formatted(name), e);
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
