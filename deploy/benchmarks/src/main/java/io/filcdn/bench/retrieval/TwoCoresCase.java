package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.common.piece.PieceCid;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * An edge on both cores against one on a single core. As the load takes its share of the second
 * core, what counts is what each edge rates in a second of processor time.
 */
final class TwoCoresCase {

  private static final int CONNECTIONS = 64;

  static final String METHOD =
      ("two cores: wrk with %d connections on 16 KiB, %d rounds of %d s in turns; what a second of"
              + " processor time yields, twice; reference: the same of the edge on one core")
          .formatted(CONNECTIONS, HitCases.ROUNDS, HitCases.SECONDS);

  private final List<Contender> contenders;
  private final PieceCid hot;

  /**
   * @param hot a small piece that both have
   */
  TwoCoresCase(Contender one, Contender two, PieceCid hot) {
    this.contenders = List.of(one, two);
    this.hot = hot;
  }

  List<Case> run() {
    contenders.forEach(edge -> Wrk.run(edge, hot, CONNECTIONS, 5 * HitCases.WARM_UP_SECONDS));
    Turns turns =
        Turns.take(
            contenders, HitCases.ROUNDS, edge -> Wrk.run(edge, hot, CONNECTIONS, HitCases.SECONDS));
    ToDoubleFunction<Load> rate = run -> run.requestsPerSecond() / run.cores();
    return List.of(
        new Case(
            "hits of 16 KiB by two cores",
            2 * turns.mean(1, rate),
            "req/s",
            turns.mean(0, rate),
            Case.Better.MORE));
  }
}
