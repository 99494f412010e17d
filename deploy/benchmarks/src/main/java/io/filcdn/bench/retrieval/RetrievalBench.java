package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.bench.report.Report;
import io.filcdn.bench.run.Checkout;
import io.filcdn.bench.run.Cores;
import io.filcdn.bench.run.TemporaryFolder;
import io.filcdn.bench.run.Tool;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The edge, nginx and Varnish side by side: one provider behind all three, servers on one core, the
 * load on the other, in turns.
 */
public final class RetrievalBench {

  private static final long HOT = 16 << 10;
  private static final long HELD = 64 << 20;

  /** Room for all of it in memory, and for all clients on one address. */
  static final Map<String, String> ENVIRONMENT =
      Map.of(
          "FILCDN_RETRIEVAL_CACHE_MEMORY", "1G",
          "FILCDN_RETRIEVAL_LIMITS_REQUESTS_PER_CLIENT", "20000",
          "FILCDN_RETRIEVAL_LIMITS_CONNECTIONS_PER_CLIENT", "20000",
          "FILCDN_RETRIEVAL_LIMITS_FILLS_PER_CLIENT", "1000000",
          "FILCDN_RETRIEVAL_LIMITS_TREES_PER_CLIENT", "1000000",
          "FILCDN_RETRIEVAL_LIMITS_PROMISED_BYTES_PER_CLIENT", "10T");

  private static final String ONLY = System.getProperty("filcdn.bench.only", ".*");

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
    return TemporaryFolder.use(this::measure);
  }

  private Report measure(Path folder) throws IOException {
    List<Case> cases = new ArrayList<>();
    try (SlowOrigin origin = new SlowOrigin(ColdCases.LINE);
        EdgeUnderTest edge =
            new EdgeUnderTest(checkout, folder.resolve("edge"), origin.url(), ENVIRONMENT);
        Contender nginx = Others.nginx(folder.resolve("nginx"), origin.url());
        Contender varnish = Others.varnish(folder.resolve("varnish"), origin.url())) {
      Pieces pieces = new Pieces(origin, edge);
      List<Contender> contenders = List.of(edge.contender(), nginx, varnish);
      PieceCid hot = pieces.ofSize(HOT);
      PieceCid held = pieces.ofSize(HELD);
      contenders.forEach(contender -> Fetcher.get(contender, "/" + held));
      Map<String, Supplier<List<Case>>> groups = new LinkedHashMap<>();
      groups.put("hits", new HitCases(pieces, contenders)::run);
      groups.put("cold", new ColdCases(origin, pieces, edge.contender(), nginx)::run);
      groups.put("trees", new TreeCases(origin, edge, nginx)::run);
      groups.put("many", new ManyCases(contenders, held)::run);
      groups.put("credentials", new CredentialCases(edge, hot, folder)::run);
      groups.put("fills", new FillCase(pieces, List.of(edge.contender(), nginx), hot)::run);
      groups.put("cores", () -> twoCores(folder, origin, edge.contender(), hot));
      groups.forEach(
          (name, group) -> {
            if (name.matches(ONLY)) {
              cases.addAll(group.get());
            }
          });
    }
    return new Report(
        "retrieval",
        cases,
        List.of(
            HitCases.METHOD,
            ColdCases.METHOD,
            TreeCases.METHOD,
            ManyCases.METHOD,
            CredentialCases.METHOD,
            FillCase.METHOD,
            TwoCoresCase.METHOD));
  }

  private List<Case> twoCores(Path folder, SlowOrigin origin, Contender one, PieceCid hot) {
    try (EdgeUnderTest two =
        new EdgeUnderTest(
            checkout, folder.resolve("two"), origin.url(), ENVIRONMENT, Cores::both)) {
      two.place(List.of(hot));
      return new TwoCoresCase(one, two.contender(), hot).run();
    }
  }
}
