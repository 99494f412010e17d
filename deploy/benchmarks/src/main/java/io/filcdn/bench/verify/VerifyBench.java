package io.filcdn.bench.verify;

import io.filcdn.bench.report.Case;
import io.filcdn.bench.report.Report;
import io.filcdn.bench.run.BenchFailure;
import io.filcdn.bench.run.Checkout;
import io.filcdn.bench.run.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * CommP of one payload in 64 KiB steps on one core: in vectors, node by node, and by the npm
 * reference. The three take turns, and must agree on the root. Speed is bytes by processor time, so
 * that neighbours on the machine do not count; the median turn of each is told.
 */
public final class VerifyBench {

  private static final String PACKAGE = "fr32-sha2-256-trunc254-padded-binary-tree-multihash";
  private static final int PAYLOAD = 64 << 20;
  private static final int WARM_UP_TURNS = 3;
  private static final int TURNS = 9;

  private final Checkout checkout;

  public VerifyBench(Checkout checkout) {
    this.checkout = checkout;
  }

  /** Runs for about half a minute. */
  public Report run() {
    Tool.need(
        List.of(
            new Tool("taskset", "util-linux"), new Tool("node", "nodejs"), new Tool("npm", "npm")));
    Path payload = payload();
    try (Contestant vectors = ours("CommP in vectors", payload, "warm");
        Contestant plain = ours("CommP node by node", payload, "plain");
        Contestant reference = reference(payload)) {
      for (int turn = 0; turn < WARM_UP_TURNS; turn++) {
        turns(List.of(vectors, plain, reference));
      }
      List<List<Contestant.Turn>> rounds = new ArrayList<>();
      for (int turn = 0; turn < TURNS; turn++) {
        rounds.add(turns(List.of(vectors, plain, reference)));
      }
      double npm = median(rounds, 2);
      return new Report(
          "verify",
          List.of(
              new Case("CommP in vectors", median(rounds, 0), "MB/s", npm, Case.Better.MORE),
              new Case("CommP node by node", median(rounds, 1), "MB/s", npm, Case.Better.MORE)),
          List.of(
              "one core, %d MiB in steps of 64 KiB, median of %d turns each; reference: npm %s"
                  .formatted(PAYLOAD >> 20, TURNS, PACKAGE)));
    }
  }

  private static List<Contestant.Turn> turns(List<Contestant> contestants) {
    List<Contestant.Turn> turns = contestants.stream().map(Contestant::turn).toList();
    if (turns.stream().map(Contestant.Turn::root).distinct().count() != 1) {
      throw new BenchFailure("expected one root from all three, found " + turns);
    }
    return turns;
  }

  private static double median(List<List<Contestant.Turn>> rounds, int contestant) {
    return rounds.stream()
        .mapToDouble(round -> round.get(contestant).megabytesPerSecond())
        .sorted()
        .skip(rounds.size() / 2)
        .findFirst()
        .orElseThrow();
  }

  private Contestant ours(String name, Path payload, String way) {
    return new Contestant(
        name,
        checkout.root(),
        List.of(
            Checkout.java(),
            "-XX:+UseSerialGC",
            "--add-modules",
            "jdk.incubator.vector",
            "-cp",
            Checkout.classPath(),
            HashingProcess.class.getName(),
            payload.toString(),
            way));
  }

  private Contestant reference(Path payload) {
    Path folder = checkout.benchmarks().resolve("target").resolve("npm");
    try {
      Path sources = checkout.benchmarks().resolve("src").resolve("main").resolve("node");
      Files.createDirectories(folder);
      for (String file : List.of("package.json", "package-lock.json", "commp.mjs")) {
        Files.copy(
            sources.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
      }
      if (!Files.exists(folder.resolve("node_modules").resolve(PACKAGE))) {
        install(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the npm reference cannot be put into " + folder, e);
    }
    return new Contestant(
        "the npm reference", folder, List.of("node", "commp.mjs", payload.toString()));
  }

  private static void install(Path folder) throws IOException {
    Process npm =
        new ProcessBuilder("npm", "ci", "--no-audit", "--no-fund")
            .directory(folder.toFile())
            .inheritIO()
            .start();
    try {
      if (npm.waitFor() != 0) {
        throw new BenchFailure("npm ci fails in %s: see above why".formatted(folder));
      }
    } catch (InterruptedException e) {
      npm.destroy();
      Thread.currentThread().interrupt();
      throw new BenchFailure("interrupted", e);
    }
  }

  private Path payload() {
    byte[] bytes = new byte[PAYLOAD];
    new Random(PAYLOAD).nextBytes(bytes);
    Path file = checkout.output().resolve("verify.payload");
    try {
      Files.createDirectories(checkout.output());
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
