package io.filcdn.bench.retrieval;

import io.filcdn.bench.run.BenchFailure;
import io.filcdn.bench.run.Cores;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load generator wrk, which speaks HTTP/1.1. */
final class Wrk {

  private static final Pattern REQUESTS = Pattern.compile("Requests/sec:\\s+([\\d.]+)");
  private static final Pattern TIME = Pattern.compile("requests in ([\\d.]+)(us|ms|s|m)");
  private static final Pattern TRANSFER = Pattern.compile("Transfer/sec:\\s+([\\d.]+)([KMG]?)B");
  private static final Pattern P99 = Pattern.compile("99%\\s+([\\d.]+)(us|ms|s|m)");

  /** The time that a run may take; those that are asked for take less. */
  private static final long MOST_SECONDS = 60;

  private Wrk() {}

  /** Asks for one piece, over and over. */
  static Load run(Contender contender, PieceCid piece, int connections, int seconds) {
    return run(contender, piece, List.of(), connections, seconds);
  }

  /** Asks for one piece, over and over, with some headers. */
  static Load run(
      Contender contender, PieceCid piece, List<String> headers, int connections, int seconds) {
    List<String> arguments = arguments(contender, connections, seconds);
    headers.forEach(header -> arguments.addAll(List.of("-H", header)));
    arguments.add(contender.uri(piece).toString());
    return run(contender, arguments);
  }

  /** Asks for one piece by one address, over and over. */
  static Load run(Contender contender, URI address, int connections, int seconds) {
    List<String> arguments = arguments(contender, connections, seconds);
    arguments.add(address.toString());
    return run(contender, arguments);
  }

  /** Asks for one piece, each time with another token. */
  static Load run(
      Contender contender, PieceCid piece, TokenScript tokens, int connections, int seconds) {
    List<String> arguments = arguments(contender, connections, seconds);
    arguments.addAll(List.of("-s", tokens.file().toString(), contender.uri(piece).toString()));
    Load run = run(contender, arguments);
    if (run.requestsPerSecond() * seconds + connections > tokens.count()) {
      throw new BenchFailure(
          "expected fewer requests than %d tokens, found %.0f a second"
              .formatted(tokens.count(), run.requestsPerSecond()));
    }
    return run;
  }

  /**
   * Asks for what a script says.
   *
   * @param script in Lua, which gets {@code paths} and a number that differs from run to run
   * @param strict whether each answer has to be a good one
   */
  static Load run(
      Contender contender, Path script, Path paths, boolean strict, int connections, int seconds) {
    List<String> arguments = arguments(contender, connections, seconds);
    arguments.addAll(List.of("-s", script.toString()));
    arguments.add("http://127.0.0.1:%d/".formatted(contender.port()));
    arguments.addAll(List.of("--", paths.toString(), Long.toString(System.nanoTime() >>> 20)));
    return run(contender, arguments, strict);
  }

  private static List<String> arguments(Contender contender, int connections, int seconds) {
    List<String> arguments =
        new ArrayList<>(List.of("wrk", "--latency", "--timeout", "60s", "-t1"));
    arguments.addAll(List.of("-c" + connections, "-d" + seconds + "s"));
    arguments.addAll(List.of("-H", "Host: " + contender.host()));
    return arguments;
  }

  private static Load run(Contender contender, List<String> arguments) {
    return run(contender, arguments, true);
  }

  private static Load run(Contender contender, List<String> arguments, boolean strict) {
    List<String> command = Cores.other(arguments);
    Duration before = contender.server().processorTime();
    String output = output(contender, command);
    Duration used = contender.server().processorTime().minus(before);
    if (strict && output.contains("Non-2xx") || output.contains("Socket errors: connect")) {
      throw new BenchFailure(
          "expected that %s answers every request with 200, found:%n%s"
              .formatted(contender.name(), output));
    }
    Matcher requests = match(REQUESTS, output);
    Matcher transfer = match(TRANSFER, output);
    Matcher p99 = match(P99, output);
    Matcher time = match(TIME, output);
    return new Load(
        Double.parseDouble(requests.group(1)),
        Double.parseDouble(transfer.group(1)) * factor(transfer.group(2)),
        Double.parseDouble(p99.group(1)) * millis(p99.group(2)),
        used.toMillis() / (Double.parseDouble(time.group(1)) * millis(time.group(2))));
  }

  static String output(Contender contender, List<String> command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().putAll(contender.clients());
      Path output = Files.createTempFile("filcdn-load", ".txt");
      try {
        Process process = builder.redirectOutput(output.toFile()).start();
        if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
        return Files.readString(output);
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new BenchFailure(command + " cannot be started: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchFailure("interrupted", e);
    }
  }

  static Matcher match(Pattern pattern, String output) {
    Matcher matcher = pattern.matcher(output);
    if (!matcher.find()) {
      throw new BenchFailure(
          "expected %s in what the load generator says, found:%n%s".formatted(pattern, output));
    }
    return matcher;
  }

  static double factor(String unit) {
    return switch (unit.toUpperCase(Locale.ROOT)) {
      case "K" -> 1 << 10;
      case "M" -> 1 << 20;
      case "G" -> 1 << 30;
      default -> 1;
    };
  }

  static double millis(String unit) {
    return switch (unit) {
      case "us" -> 1e-3;
      case "s" -> 1e3;
      case "m" -> 60e3;
      default -> 1;
    };
  }
}
