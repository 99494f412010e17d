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

  static final String METHOD =
      "hits: server on one core, wrk with 32 connections on the other, median of 3 rounds in turns;"
          + " reference: the better of nginx (disk, sendfile) and Varnish (memory)";

  private static final int CONNECTIONS = 32;
  private static final int ROUNDS = 3;
  private static final int WARM_UP_SECONDS = Integer.getInteger("filcdn.bench.warmup", 5);
  private static final int SECONDS = Integer.getInteger("filcdn.bench.seconds", 4);
  private static final int LARGE = 1 << 20;

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
    sizes.entrySet().removeIf(e -> !e.getKey().matches(System.getProperty("filcdn.bench.only", ".*")));
    sizes.forEach((name, size) -> cases.add(hits("hit " + name, size)));
    return cases;
  }

  private Case hits(String name, int size) {
    PieceCid piece = pieces.ofSize(size);
    contenders.forEach(contender -> warm(contender, piece, size));
    List<List<Wrk>> rounds = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      rounds.add(contenders.stream().map(c -> Wrk.run(c, piece, CONNECTIONS, SECONDS)).toList());
    }
    String unit = size < LARGE ? "req/s" : "GB/s";
    ToDoubleFunction<Wrk> speed =
        size < LARGE ? Wrk::requestsPerSecond : run -> run.bytesPerSecond() / 1e9;
    double nginx = median(rounds, 1, speed);
    double varnish = median(rounds, 2, speed);
    for (int i = 0; i < contenders.size(); i++) {
      System.out.printf(
          Locale.ROOT,
          "%s: %s %.2f %s, %.0f requests by second of processor time%n",
          name,
          contenders.get(i).name(),
          median(rounds, i, speed),
          unit,
          median(rounds, i, Wrk::requestsPerCoreSecond));
    }
    return new Case(
        name, median(rounds, 0, speed), unit, Math.max(nginx, varnish), Case.Better.MORE);
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

  private static double median(List<List<Wrk>> rounds, int contender, ToDoubleFunction<Wrk> of) {
    return rounds.stream()
        .mapToDouble(round -> of.applyAsDouble(round.get(contender)))
        .sorted()
        .skip(rounds.size() / 2)
        .findFirst()
        .orElseThrow();
  }
}
