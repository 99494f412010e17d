package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.bench.run.BenchFailure;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceGroups;
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

  /** Beyond what the other cases make, so that no piece is known from them; groups of 1 MiB. */
  private static final long RANGED = 1900L << 20;

  /** Of groups of 2 MiB, as its tree is to be of 64 KiB at most. */
  private static final long LARGE = 3L << 30;

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
    cases.addAll(ranges(RANGED, "1.9 GiB"));
    cases.addAll(ranges(LARGE, "3 GiB"));
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
  private List<Case> ranges(long size, String name) {
    PieceCid piece = known(size, List.of(origin), List.of("fwss/1"));
    PieceGroups groups = PieceGroups.ofTree(piece);
    Contender line =
        new Contender("the provider", edge.contender().server(), origin.url().getPort(), "line");
    long[] ours = new long[GROUPS];
    long[] direct = new long[GROUPS];
    long[] whole = new long[GROUPS];
    long fetched = 0;
    for (int i = 0; i < GROUPS; i++) {
      long at = size / GROUPS * i;
      long before = origin.sent();
      ours[i] = range(edge.contender(), "/" + piece, at, at).firstByteNanos();
      fetched += origin.sent() - before;
      direct[i] = range(line, "/piece/" + piece, at, at).firstByteNanos();
      long group = groups.group(at);
      whole[i] = range(line, "/piece/" + piece, groups.from(group), groups.to(group) - 1).nanos();
    }
    String one = "one byte of a cold " + name + " piece: ";
    return List.of(
        new Case(
            one + "time added to the provider's own",
            (median(ours) - median(direct)) / 1e6,
            "ms",
            15,
            Case.Better.LESS),
        new Case(
            one + "time added to that of its group from the provider",
            (median(ours) - median(whole)) / 1e6,
            "ms",
            5,
            Case.Better.LESS),
        new Case(
            one + "fetched for it, against two groups",
            fetched / (double) GROUPS / (1 << 20),
            "MiB",
            2.0 * groups.to(0) / (1 << 20),
            Case.Better.LESS));
  }

  private static Fetcher.Response range(Contender contender, String path, long first, long last) {
    Fetcher.Response response =
        Fetcher.get(contender, path, "Range: bytes=%d-%d\r\n".formatted(first, last));
    if (response.status() != 206 || response.bytes() != last - first + 1) {
      throw new BenchFailure("expected %d bytes, found %s".formatted(last - first + 1, response));
    }
    return response;
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
