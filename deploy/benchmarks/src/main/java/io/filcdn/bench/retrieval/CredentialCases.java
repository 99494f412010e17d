package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.common.piece.PieceCid;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** Hits of a small piece by who shows a credential, against the same without one. */
final class CredentialCases {

  /** Rounds in which each token is new. */
  private static final int NEW_ROUNDS = 5;

  /** More than are asked for in a second. */
  private static final int TOKENS_A_SECOND = 15_000;

  /** The milliseconds that a token may cost that was not seen before. */
  private static final double MOST_MILLIS = 0.3;

  static final String METHOD =
      ("with a key, and with a signed token that was seen before, in a header or in the address: wrk"
              + " with %d connections on 16 KiB hits, median of %d rounds of %d s in turns;"
              + " reference: without; with tokens of which each is new: what a request takes more,"
              + " of %d rounds; by processor time")
          .formatted(HitCases.CONNECTIONS, HitCases.ROUNDS, HitCases.SECONDS, NEW_ROUNDS);

  private final EdgeUnderTest edge;
  private final PieceCid piece;
  private final Path folder;

  /**
   * @param piece that is cached
   * @param folder for tokens
   */
  CredentialCases(EdgeUnderTest edge, PieceCid piece, Path folder) {
    this.edge = edge;
    this.piece = piece;
    this.folder = folder;
  }

  List<Case> run() {
    Case key = compare("hit 16 KiB with a key", header(edge.newKey(piece).text()));
    Supplier<String> tokens = edge.newSigner(piece);
    String token = tokens.get();
    URI signed = URI.create(edge.contender().uri(piece) + "?URISigningPackage=" + token);
    return List.of(
        key,
        compare("hit 16 KiB with a signed token", header(token)),
        compare(
            "hit 16 KiB with a signed URL",
            seconds -> Wrk.run(edge.contender(), signed, HitCases.CONNECTIONS, seconds)),
        newTokens(tokens));
  }

  private IntFunction<Load> header(String credential) {
    List<String> headers = List.of("Authorization: Bearer " + credential);
    return seconds -> Wrk.run(edge.contender(), piece, headers, HitCases.CONNECTIONS, seconds);
  }

  private Load bare(int seconds) {
    return Wrk.run(edge.contender(), piece, HitCases.CONNECTIONS, seconds);
  }

  private Case compare(String name, IntFunction<Load> with) {
    List<IntFunction<Load>> both = List.of(with, this::bare);
    double[] hits = medians(both, HitCases.WARM_UP_SECONDS, HitCases.ROUNDS, HitCases.SECONDS);
    return new Case(name, hits[0], "req/s", hits[1], Case.Better.MORE);
  }

  private Case newTokens(Supplier<String> tokens) {
    IntFunction<Load> with =
        seconds ->
            Wrk.run(
                edge.contender(),
                piece,
                TokenScript.write(folder, tokens, seconds * TOKENS_A_SECOND),
                HitCases.CONNECTIONS,
                seconds);
    double[] hits = medians(List.of(with, this::bare), 2, NEW_ROUNDS, 1);
    double millis = 1e3 / hits[0] - 1e3 / hits[1];
    return new Case("a signed token not seen before", millis, "ms", MOST_MILLIS, Case.Better.LESS);
  }

  /** The hits that a second of a core yields, in turns, so that none always comes first. */
  private static double[] medians(
      List<IntFunction<Load>> some, int warmUp, int rounds, int seconds) {
    for (IntFunction<Load> each : some) {
      var _ = each.apply(warmUp);
    }
    double[][] hits = new double[some.size()][rounds];
    for (int round = 0; round < rounds; round++) {
      for (int turn = 0; turn < some.size(); turn++) {
        int which = (turn + round) % some.size();
        Load run = some.get(which).apply(seconds);
        hits[which][round] = run.requestsPerSecond() / run.cores();
      }
    }
    return Arrays.stream(hits)
        .mapToDouble(
            each -> Arrays.stream(each).sorted().skip(rounds / 2).findFirst().orElseThrow())
        .toArray();
  }
}
