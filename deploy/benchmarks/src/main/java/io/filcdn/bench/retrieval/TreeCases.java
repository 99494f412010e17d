package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.bench.run.BenchFailure;
import io.filcdn.common.piece.PieceCid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cold pieces whose tree is known: their groups are fetched and verified alone. */
final class TreeCases {

  static final String METHOD =
      "tree: the piece's tree is put before; first byte: of one byte of each of 40 groups, and of the"
          + " same byte from the provider; two providers: 500 Mbit/s each";

  private static final long HALF = ColdCases.LINE / 2;
  private static final int ROUNDS = 5;
  private static final int GROUPS = 40;
  private static final int WARM_UP = 8;
  private static final long WHOLE = 64 << 20;

  /** Beyond what the other cases make, so that no piece is known from them. */
  private static final long RANGED = 3L << 30;

  private final SlowOrigin origin;
  private final EdgeUnderTest edge;
  private final Contender nginx;
  private int made;

  TreeCases(SlowOrigin origin, EdgeUnderTest edge, Contender nginx) {
    this.origin = origin;
    this.edge = edge;
    this.nginx = nginx;
  }

  List<Case> run() {
    List<Case> cases = new ArrayList<>();
    try (SlowOrigin one = new SlowOrigin(HALF);
        SlowOrigin other = new SlowOrigin(HALF)) {
      edge.addProvider("fwss/2", one.url());
      edge.addProvider("fwss/3", other.url());
      for (int i = 0; i < WARM_UP; i++) {
        time(piece(List.of(origin), List.of("fwss/1")));
      }
      cases.add(whole());
      cases.add(severalProviders(one, other));
    }
    cases.addAll(ranges(RANGED));
    return cases;
  }

  private Case whole() {
    long[] ours = new long[ROUNDS];
    long[] theirs = new long[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      PieceCid piece = piece(List.of(origin), List.of("fwss/1"));
      ours[i] = time(piece);
      theirs[i] = whole(nginx, piece).nanos();
    }
    return new Case(
        "cold 64 MiB with a tree, against unverified",
        WHOLE * 1e3 / median(ours),
        "MB/s",
        WHOLE * 1e3 / median(theirs),
        Case.Better.MORE);
  }

  private Case severalProviders(SlowOrigin one, SlowOrigin other) {
    long[] alone = new long[ROUNDS];
    long[] both = new long[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      alone[i] = time(piece(List.of(one), List.of("fwss/2")));
      both[i] = time(piece(List.of(one, other), List.of("fwss/2", "fwss/3")));
    }
    return new Case(
        "cold 64 MiB with a tree from two providers, against one",
        WHOLE * 1e3 / median(both),
        "MB/s",
        WHOLE * 1e3 / median(alone),
        Case.Better.MORE);
  }

  /** Single bytes of a large piece, far from each other. */
  private List<Case> ranges(long size) {
    PieceCid piece = known(size, List.of(origin), List.of("fwss/1"));
    Contender line =
        new Contender("the provider", edge.contender().server(), origin.url().getPort(), "line");
    long[] ours = new long[GROUPS];
    long[] direct = new long[GROUPS];
    long before = origin.sent();
    for (int i = 0; i < GROUPS; i++) {
      ours[i] = oneByte(edge.contender(), "/" + piece, size / GROUPS * i);
    }
    double fetched = (origin.sent() - before) / (double) GROUPS;
    for (int i = 0; i < GROUPS; i++) {
      direct[i] = oneByte(line, "/piece/" + piece, size / GROUPS * i);
    }
    return List.of(
        new Case(
            "one byte of a cold 3 GiB piece: time added to the provider's own (at most 15 ms)",
            (median(ours) - median(direct)) / 1e6,
            "ms",
            15,
            Case.Better.LESS),
        new Case(
            "one byte of a cold 3 GiB piece: fetched for it (at most 2 groups of 2 MiB)",
            fetched / (1 << 20),
            "MiB",
            4,
            Case.Better.LESS));
  }

  private static long oneByte(Contender contender, String path, long at) {
    Fetcher.Response response =
        Fetcher.get(contender, path, "Range: bytes=%d-%d\r\n".formatted(at, at));
    if (response.status() != 206 || response.bytes() != 1) {
      throw new BenchFailure("expected one byte, found " + response);
    }
    return response.firstByteNanos();
  }

  private long time(PieceCid piece) {
    return whole(edge.contender(), piece).nanos();
  }

  private static Fetcher.Response whole(Contender contender, PieceCid piece) {
    Fetcher.Response response = Fetcher.get(contender, "/" + piece);
    if (response.status() != 200 || response.bytes() != piece.rawSize()) {
      throw new BenchFailure(
          "expected 200 and %d bytes, found %s".formatted(piece.rawSize(), response));
    }
    return response;
  }

  /** A piece that nobody has asked for before, and whose tree the edge knows. */
  private PieceCid piece(List<SlowOrigin> origins, List<String> providers) {
    return known(WHOLE + (1 << 16) + ++made, origins, providers);
  }

  private PieceCid known(long size, List<SlowOrigin> origins, List<String> providers) {
    PieceCid piece = Pieces.hash(size);
    origins.forEach(one -> one.add(piece));
    edge.place(List.of(piece), providers);
    edge.putTree(Pieces.tree(piece));
    return piece;
  }

  private static double median(long[] nanos) {
    return Arrays.stream(nanos).sorted().skip(nanos.length / 2).findFirst().orElseThrow();
  }
}
