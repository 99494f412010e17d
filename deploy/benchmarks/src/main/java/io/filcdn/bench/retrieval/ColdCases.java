package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.bench.run.BenchFailure;
import io.filcdn.common.piece.PieceCid;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/**
 * Pieces that are not cached yet, from a provider behind a line of 1 Gbit/s; nginx passes the same
 * bytes through without looking at them.
 */
final class ColdCases {

  static final String METHOD =
      "cold: provider limited to 1 Gbit/s, after 20,000 other misses, median of 5 (first byte: of 100);"
          + " nginx caches what it does not verify";

  static final long LINE = 1_000_000_000;

  private static final int ROUNDS = 5;
  private static final int FIRST_BYTES = 100;
  private static final int WARM_UP_SMALL = 20_000;
  private static final int WARM_UP_AT_ONCE = 1_000;
  private static final int WARM_UP_LARGE = 8;
  private static final int LARGE = 64 << 20;
  private static final int SMALL = 256 << 10;

  /** Enough for bytes that are sent before the piece is verified, and bytes that are not. */
  private static final int SMALLEST = 96 << 10;

  private static final int FOLLOWED = 16 << 20;

  private final SlowOrigin origin;
  private final Pieces pieces;
  private final Contender edge;
  private final Contender nginx;
  private int made;

  ColdCases(SlowOrigin origin, Pieces pieces, Contender edge, Contender nginx) {
    this.origin = origin;
    this.pieces = pieces;
    this.edge = edge;
    this.nginx = nginx;
  }

  List<Case> run() {
    warm();
    return List.of(throughput(), firstByte(), followers());
  }

  /** Misses enough that the edge's code for them is compiled. */
  private void warm() {
    for (int i = 0; i < WARM_UP_SMALL; i += WARM_UP_AT_ONCE) {
      List<Long> sizes =
          LongStream.range(i, i + WARM_UP_AT_ONCE).map(more -> SMALLEST + more).boxed().toList();
      pieces.ofSizes(sizes).forEach(piece -> fetch(edge, piece));
    }
    for (int i = 0; i < WARM_UP_LARGE; i++) {
      fetch(edge, piece(LARGE));
      fetch(nginx, piece(LARGE));
    }
  }

  private Case throughput() {
    List<Fetcher.Response> ours = new ArrayList<>();
    List<Fetcher.Response> theirs = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      PieceCid piece = piece(LARGE);
      ours.add(fetch(edge, piece));
      theirs.add(fetch(nginx, piece));
    }
    return new Case(
        "cold 64 MiB, verified against unverified",
        megabytesPerSecond(ours),
        "MB/s",
        megabytesPerSecond(theirs),
        Case.Better.MORE);
  }

  private static double megabytesPerSecond(List<Fetcher.Response> responses) {
    return LARGE * 1e3 / median(responses, Fetcher.Response::nanos);
  }

  private Case firstByte() {
    List<Fetcher.Response> ours = new ArrayList<>();
    List<Fetcher.Response> direct = new ArrayList<>();
    Contender line = new Contender("the provider", edge.server(), origin.url().getPort(), "line");
    for (int round = 0; round < FIRST_BYTES; round++) {
      PieceCid piece = piece(SMALL);
      ours.add(fetch(edge, piece));
      direct.add(Fetcher.get(line, "/piece/" + piece));
    }
    double added =
        (median(ours, Fetcher.Response::firstByteNanos)
                - median(direct, Fetcher.Response::firstByteNanos))
            / 1e6;
    return new Case(
        "miss: time to first byte added to the provider's own (at most 2 ms)",
        added,
        "ms",
        2,
        Case.Better.LESS);
  }

  private Case followers() {
    double ours = median(behind(edge));
    double nginxes = median(behind(nginx));
    System.out.printf(
        "a follower ends %.2f ms behind its leader, with nginx %.2f%n", ours, nginxes);
    return new Case(
        "miss: a follower's end behind its leader's (at most 5 ms; nginx %.0f ms)"
            .formatted(nginxes),
        ours,
        "ms",
        5,
        Case.Better.LESS);
  }

  private List<Long> behind(Contender contender) {
    List<Long> behind = new ArrayList<>();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < ROUNDS; round++) {
        PieceCid piece = piece(FOLLOWED);
        Future<Long> leader = clients.submit(() -> endOf(contender, piece));
        Future<Long> follower = clients.submit(() -> endOf(contender, piece));
        behind.add(Math.abs(follower.get() - leader.get()));
      }
    } catch (ExecutionException e) {
      throw new BenchFailure("a client fails: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchFailure("interrupted", e);
    }
    return behind;
  }

  private static long endOf(Contender contender, PieceCid piece) {
    fetch(contender, piece);
    return System.nanoTime();
  }

  private static Fetcher.Response fetch(Contender contender, PieceCid piece) {
    Fetcher.Response response = Fetcher.get(contender, "/" + piece);
    if (response.status() != 200 || response.bytes() != piece.rawSize()) {
      throw new BenchFailure(
          "expected 200 and %d bytes of %s, found %s"
              .formatted(piece.rawSize(), contender.name(), response));
    }
    return response;
  }

  /** A piece that nobody has asked for before. */
  private PieceCid piece(int size) {
    return pieces.ofSize(size + ++made);
  }

  private static double median(List<Fetcher.Response> of, ToLongFunction<Fetcher.Response> value) {
    return of.stream().mapToLong(value).sorted().skip(of.size() / 2).findFirst().orElseThrow();
  }

  private static double median(List<Long> nanos) {
    return nanos.stream().sorted().skip(nanos.size() / 2).findFirst().orElseThrow() / 1e6;
  }
}
