package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.common.piece.PieceCid;
import java.util.List;

/** Hits of a small piece by who shows a credential, against the same without one. */
final class CredentialCases {

  static final String METHOD =
      ("with a key, and with a signed token that was seen before: wrk with %d connections on 16 KiB"
              + " hits, mean of %d rounds of %d s in turns; reference: without either; by processor"
              + " time")
          .formatted(HitCases.CONNECTIONS, HitCases.ROUNDS, HitCases.SECONDS);

  private final EdgeUnderTest edge;
  private final PieceCid piece;

  /**
   * @param piece that is cached
   */
  CredentialCases(EdgeUnderTest edge, PieceCid piece) {
    this.edge = edge;
    this.piece = piece;
  }

  List<Case> run() {
    return List.of(
        compare("hit 16 KiB with a key", edge.newKey(piece).text()),
        compare("hit 16 KiB with a signed token", edge.newSignedToken(piece)));
  }

  private Case compare(String name, String credential) {
    List<String> with = List.of("Authorization: Bearer " + credential);
    List<String> without = List.of();
    ask(with, HitCases.WARM_UP_SECONDS);
    ask(without, HitCases.WARM_UP_SECONDS);
    double shown = 0;
    double bare = 0;
    for (int round = 0; round < HitCases.ROUNDS; round++) {
      // in turns, so that neither always comes first
      if (round % 2 == 0) {
        shown += ask(with, HitCases.SECONDS);
        bare += ask(without, HitCases.SECONDS);
      } else {
        bare += ask(without, HitCases.SECONDS);
        shown += ask(with, HitCases.SECONDS);
      }
    }
    return new Case(
        name, shown / HitCases.ROUNDS, "req/s", bare / HitCases.ROUNDS, Case.Better.MORE);
  }

  /** Hits that a second of a core yields. */
  private double ask(List<String> headers, int seconds) {
    Wrk run = Wrk.run(edge.contender(), piece, headers, HitCases.CONNECTIONS, seconds);
    return run.requestsPerSecond() / run.cores();
  }
}
