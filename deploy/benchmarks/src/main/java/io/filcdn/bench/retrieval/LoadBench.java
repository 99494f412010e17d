package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.bench.report.Report;
import io.filcdn.bench.run.Checkout;
import io.filcdn.bench.run.TemporaryFolder;
import io.filcdn.bench.run.Tool;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The edge under more load than it may like: it is to serve all of it, and to keep its size. */
public final class LoadBench {

  private static final long LINE = 10_000_000_000L;
  private static final long SMALL = 1_000;
  private static final long HELD = 64 << 20;
  private static final long COLD = 256 << 20;

  /** Clients have two hundred addresses of a network, which may fetch all pieces over and over. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "FILCDN_RETRIEVAL_CACHE_MAX_SIZE", MixedCases.CACHE,
          "FILCDN_RETRIEVAL_CACHE_MEMORY", "64M",
          "FILCDN_RETRIEVAL_LIMITS_FILLS_PER_CLIENT", "10000000",
          "FILCDN_RETRIEVAL_LIMITS_FILLS_PER_DATA_SET", "10000000");

  private final Checkout checkout;
  private final Duration time;

  /**
   * @param time for which the mixed load lasts
   */
  public LoadBench(Checkout checkout, Duration time) {
    this.checkout = checkout;
    this.time = time;
  }

  /** Runs for some minutes more than the mixed load. */
  public Report run() {
    Tool.need(List.of(new Tool("taskset", "util-linux")));
    return TemporaryFolder.use(this::measure);
  }

  private Report measure(Path folder) throws IOException {
    List<Case> cases = new ArrayList<>();
    try (SlowOrigin origin = new SlowOrigin(LINE);
        EdgeUnderTest edge =
            new EdgeUnderTest(checkout, folder.resolve("edge"), origin.url(), ENVIRONMENT)) {
      Pieces pieces = new Pieces(origin, edge);
      Contender contender = edge.contender();
      PieceCid small = pieces.ofSize(SMALL);
      PieceCid held = pieces.ofSize(HELD);
      Fetcher.get(contender, "/" + small);
      Fetcher.get(contender, "/" + held);
      cases.addAll(new CrowdCases(origin, contender, small, held, pieces.ofSize(COLD)).run());
      cases.addAll(new MixedCases(pieces, contender, time).run());
    }
    return new Report("load", cases, List.of(CrowdCases.METHOD, MixedCases.METHOD));
  }
}
