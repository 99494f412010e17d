package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.bench.report.Report;
import io.filcdn.bench.run.BenchFailure;
import io.filcdn.bench.run.Checkout;
import io.filcdn.bench.run.Tool;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.stack.provider.DemoProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The edge, nginx and Varnish side by side: one provider behind all three, servers on one core, the
 * load on the other, in turns.
 */
public final class RetrievalBench {

  private final Checkout checkout;

  public RetrievalBench(Checkout checkout) {
    this.checkout = checkout;
  }

  /** Runs for some minutes. */
  public Report run() {
    Tool.need(
        List.of(
            new Tool("taskset", "util-linux"),
            new Tool("nginx", "nginx-light"),
            new Tool("varnishd", "varnish"),
            new Tool("wrk", "wrk")));
    try {
      Path folder = Files.createTempDirectory("filcdn-bench");
      Report report;
      try (DemoProvider provider = DemoProvider.start(folder.resolve("provider"), 0);
          EdgeUnderTest edge =
              new EdgeUnderTest(
                  checkout,
                  folder.resolve("edge"),
                  provider.url(),
                  Map.of("FILCDN_RETRIEVAL_CACHE_MEMORY", "1G"));
          Contender nginx = Others.nginx(folder.resolve("nginx"), provider.url());
          Contender varnish = Others.varnish(folder.resolve("varnish"), provider.url())) {
        List<Case> cases = new ArrayList<>();
        cases.addAll(new HitCases(provider, edge, nginx, varnish).run());
        report = new Report("retrieval", cases, List.of(HitCases.METHOD));
      }
      // where something fails, the logs stay
      delete(folder);
      return report;
    } catch (IOException e) {
      throw new UncheckedIOException("the benchmark cannot use the temporary folder", e);
    }
  }

  /** Stores a piece of random bytes, of which no two are the same, with the provider. */
  static PieceCid store(DemoProvider provider, long size, long seed) {
    try {
      return provider.store(new RandomBytes(size, seed));
    } catch (IOException e) {
      throw new BenchFailure("the provider cannot store a piece: " + e.getMessage(), e);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
