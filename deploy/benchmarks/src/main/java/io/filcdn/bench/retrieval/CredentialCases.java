package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.common.piece.PieceCid;
import java.util.List;

/** Hits of a small piece by who shows a credential, against the same without one. */
final class CredentialCases {

  private static final int CONNECTIONS = 32;
  private static final int WARM_UP_SECONDS = Integer.getInteger("filcdn.bench.warmup", 10);
  private static final int ROUNDS = 30;
  private static final int SECONDS = Integer.getInteger("filcdn.bench.seconds", 1);

  static final String METHOD =
      ("with a key, and with a signed token that was seen before: wrk with %d connections on 16 KiB"
              + " hits, mean of %d rounds of %d s in turns; reference: without either; by processor"
              + " time")
          .formatted(CONNECTIONS, ROUNDS, SECONDS);

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
    ask(with, WARM_UP_SECONDS);
    ask(without, WARM_UP_SECONDS);
    double shown = 0;
    double bare = 0;
    for (int round = 0; round < ROUNDS; round++) {
      // in turns, so that neither always comes first
      if (round % 2 == 0) {
        shown += ask(with, SECONDS);
        bare += ask(without, SECONDS);
      } else {
        bare += ask(without, SECONDS);
        shown += ask(with, SECONDS);
      }
    }
    return new Case(name, shown / ROUNDS, "req/s", bare / ROUNDS, Case.Better.MORE);
  }

  /** Hits that a second of a core yields. */
  private double ask(List<String> headers, int seconds) {
    Load run = Wrk.run(edge.contender(), piece, headers, CONNECTIONS, seconds);
    return run.requestsPerSecond() / run.cores();
  }
}
