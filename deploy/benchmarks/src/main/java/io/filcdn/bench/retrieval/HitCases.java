package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.bench.run.BenchFailure;
import io.filcdn.common.piece.PieceCid;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Cached pieces of several sizes, asked for over and over. */
final class HitCases {

  static final int CONNECTIONS = 32;

  /**
   * Many and short: on a shared machine a server is at times slower by half for some seconds, which
   * are to meet all servers.
   */
  static final int ROUNDS = 30;

  static final int WARM_UP_SECONDS = Integer.getInteger("filcdn.bench.warmup", 10);

  /** Before the first size: what all sizes share is compiled once. */
  private static final int FIRST_WARM_UP_SECONDS = 3 * WARM_UP_SECONDS;

  static final int SECONDS = Integer.getInteger("filcdn.bench.seconds", 1);
  private static final int LARGE = 1 << 20;

  static final String METHOD =
      ("hits: server on one core, wrk with %d connections on the other, mean of %d rounds of %d s,"
              + " back and forth; reference: the better of nginx (disk, sendfile) and Varnish"
              + " (memory); by processor time: what a second of a core yields, also where neighbours"
              + " take some of the core")
          .formatted(CONNECTIONS, ROUNDS, SECONDS);

  private final Pieces pieces;
  private final List<Contender> contenders;

  /**
   * @param contenders the edge, nginx and Varnish
   */
  HitCases(Pieces pieces, List<Contender> contenders) {
    this.pieces = pieces;
    this.contenders = contenders;
  }

  List<Case> run() {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    sizes.put("1 KiB", 1 << 10);
    sizes.put("16 KiB", 16 << 10);
    sizes.put("128 KiB", 128 << 10);
    sizes.put("1 MiB", LARGE);
    sizes.put("64 MiB", 64 << 20);
    List<Case> cases = new ArrayList<>();
    Wrk.run(contenders.getFirst(), pieces.ofSize(LARGE / 64), CONNECTIONS, FIRST_WARM_UP_SECONDS);
    sizes.forEach((name, size) -> cases.addAll(hits(name, size)));
    return cases;
  }

  private List<Case> hits(String size, int bytes) {
    PieceCid piece = pieces.ofSize(bytes);
    contenders.forEach(contender -> warm(contender, piece, bytes));
    Turns rounds = Turns.take(contenders, ROUNDS, c -> Wrk.run(c, piece, CONNECTIONS, SECONDS));
    String unit = bytes < LARGE ? "req/s" : "GB/s";
    ToDoubleFunction<Load> speed =
        bytes < LARGE ? Load::requestsPerSecond : run -> run.bytesPerSecond() / 1e9;
    return List.of(
        compare("hit " + size, unit, rounds, speed),
        compare(
            "by processor time, " + size,
            unit,
            rounds,
            run -> speed.applyAsDouble(run) / run.cores()));
  }

  /** The edge against the better of the two others; all three are told on the way. */
  private Case compare(String name, String unit, Turns rounds, ToDoubleFunction<Load> value) {
    double[] means = new double[contenders.size()];
    for (int i = 0; i < means.length; i++) {
      means[i] = rounds.mean(i, value);
      System.out.printf(
          Locale.ROOT, "%s: %s %.2f %s%n", name, contenders.get(i).name(), means[i], unit);
    }
    return new Case(name, means[0], unit, Math.max(means[1], means[2]), Case.Better.MORE);
  }

  private static void warm(Contender contender, PieceCid piece, int size) {
    for (int i = 0; i < 3; i++) {
      Fetcher.Response response = Fetcher.get(contender, "/" + piece);
      if (response.status() != 200 || response.bytes() != size) {
        throw new BenchFailure(
            "expected 200 and %d bytes of %s, found %s"
                .formatted(size, contender.name(), response));
      }
    }
    Wrk.run(contender, piece, CONNECTIONS, WARM_UP_SECONDS);
  }
}
