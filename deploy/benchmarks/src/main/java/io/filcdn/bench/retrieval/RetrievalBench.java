package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.bench.report.Report;
import io.filcdn.bench.run.Checkout;
import io.filcdn.bench.run.TemporaryFolder;
import io.filcdn.bench.run.Tool;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The edge, nginx and Varnish side by side: one provider behind all three, servers on one core, the
 * load on the other, in turns.
 */
public final class RetrievalBench {

  private static final long HOT = 16 << 10;
  private static final long HELD = 64 << 20;
  private static final long LARGE = 2L << 30;

  /** Room for all of it in memory, and for all clients on one address. */
  static final Map<String, String> ENVIRONMENT =
      Map.of(
          "FILCDN_RETRIEVAL_CACHE_MEMORY", "1G",
          "FILCDN_RETRIEVAL_LIMITS_REQUESTS_PER_CLIENT", "20000",
          "FILCDN_RETRIEVAL_LIMITS_CONNECTIONS_PER_CLIENT", "20000",
          "FILCDN_RETRIEVAL_LIMITS_FILLS_PER_CLIENT", "1000000",
          "FILCDN_RETRIEVAL_LIMITS_TREES_PER_CLIENT", "1000000",
          "FILCDN_RETRIEVAL_LIMITS_PROMISED_BYTES_PER_CLIENT", "10T");

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
      cases.addAll(new HitCases(pieces, contenders).run());
      cases.addAll(new ColdCases(origin, pieces, edge.contender(), nginx).run());
      cases.addAll(new TreeCases(origin, edge, nginx).run());
      PieceCid hot = pieces.ofSize(HOT);
      PieceCid held = pieces.ofSize(HELD);
      contenders.forEach(contender -> Fetcher.get(contender, "/" + held));
      cases.addAll(new ManyCases(contenders, held).run());
      cases.addAll(new CredentialCases(edge, hot, folder).run());
      cases.add(new FillCase(edge.contender(), hot, pieces.ofSize(LARGE)).run());
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
            FillCase.METHOD));
  }
}
