package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.bench.report.Report;
import io.filcdn.bench.run.BenchFailure;
import io.filcdn.bench.run.Checkout;
import io.filcdn.bench.run.TemporaryFolder;
import io.filcdn.bench.run.Tool;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The edge, nginx and Varnish side by side on many pieces, of which few are asked for often (Zipf):
 * the edge and Varnish have memory for a quarter of their bytes, and the edge and nginx disk for
 * all.
 */
public final class ZipfBench {

  private static final int PIECES = Integer.getInteger("filcdn.bench.pieces", 10_000);
  private static final int ROUNDS = Integer.getInteger("filcdn.bench.rounds", 30);
  private static final int WARM_UP_SECONDS = Integer.getInteger("filcdn.bench.warmup", 20);
  private static final int SECONDS = Integer.getInteger("filcdn.bench.seconds", 1);
  private static final String ONLY = System.getProperty("filcdn.bench.only", ".*");
  private static final long SMALLEST = 1 << 10;
  private static final long LARGEST = 4 << 20;
  private static final double ALPHA = 0.9;
  private static final long SEED = 27;
  private static final int[] CONNECTIONS = {1, 32, 256, 1_000};

  /** Fast enough that the pieces come soon. */
  private static final long LINE = 10_000_000_000L;

  private static final String METHOD =
      ("Zipf (alpha %.1f) of %,d pieces of 1 KiB to 4 MiB, each of which all have; servers on one core,"
              + " wrk on the other, mean of %d rounds of %d s, back and forth; reference: the better of"
              + " nginx (disk, sendfile) and Varnish (memory for a quarter, the rest from the provider; its errors count"
              + " as answers)")
          .formatted(ALPHA, PIECES, ROUNDS, SECONDS);

  /** Asks for pieces as often as their weights say. */
  private static final String SCRIPT =
      """
      local requests, sums, total = {}, {}, 0
      init = function(args)
        for line in io.lines(args[1]) do
          requests[#requests + 1] = wrk.format("GET", line)
          total = total + 1 / (#requests) ^ %s
          sums[#sums + 1] = total
        end
        math.randomseed(tonumber(args[2]))
      end
      request = function()
        local at, low, high = math.random() * total, 1, #sums
        while low < high do
          local middle = math.floor((low + high) / 2)
          if sums[middle] < at then low = middle + 1 else high = middle end
        end
        return requests[low]
      end
      """
          .formatted(ALPHA);

  private final Checkout checkout;

  public ZipfBench(Checkout checkout) {
    this.checkout = checkout;
  }

  /** Runs for some minutes. */
  public Report run() {
    Tool.need(
        List.of(
            new Tool("taskset", "util-linux"),
            new Tool("nginx", "nginx-light"),
            new Tool("varnishd", "varnish"),
            new Tool("wrk", "wrk")));
    return TemporaryFolder.use(this::measure);
  }

  private Report measure(Path folder) throws IOException {
    List<Long> sizes = sizes();
    long memory = sizes.stream().mapToLong(size -> size).sum() / 4;
    Map<String, String> environment = new HashMap<>(RetrievalBench.ENVIRONMENT);
    environment.put("FILCDN_RETRIEVAL_CACHE_MEMORY", Long.toString(memory));
    List<Case> cases = new ArrayList<>();
    try (SlowOrigin origin = new SlowOrigin(LINE);
        EdgeUnderTest edge =
            new EdgeUnderTest(checkout, folder.resolve("edge"), origin.url(), environment);
        Contender nginx = Others.nginx(folder.resolve("nginx"), origin.url());
        Contender varnish = Others.varnish(folder.resolve("varnish"), origin.url(), memory)) {
      List<PieceCid> pieces = new ArrayList<>(new Pieces(origin, edge).ofSizes(sizes));
      // often asked for are pieces of any size
      Collections.shuffle(pieces, new Random(SEED));
      List<Contender> contenders = List.of(edge.contender(), nginx, varnish);
      contenders.forEach(contender -> fill(contender, pieces));
      Path script = Files.writeString(folder.resolve("zipf.lua"), SCRIPT);
      Path paths =
          Files.write(folder.resolve("paths"), pieces.stream().map(piece -> "/" + piece).toList());
      for (int connections : CONNECTIONS) {
        if (Integer.toString(connections).matches(ONLY)) {
          cases.addAll(compare(contenders, script, paths, connections));
        }
      }
    }
    return new Report("zipf", cases, List.of(METHOD));
  }

  /** Sizes that differ, evenly many of each order of magnitude. */
  private static List<Long> sizes() {
    List<Long> sizes = new ArrayList<>();
    long last = 0;
    for (int i = 0; i < PIECES; i++) {
      double share = (double) i / (PIECES - 1);
      last =
          Math.max(last + 1, Math.round(SMALLEST * Math.pow((double) LARGEST / SMALLEST, share)));
      sizes.add(last);
    }
    return sizes;
  }

  private static void fill(Contender contender, List<PieceCid> pieces) {
    for (PieceCid piece : pieces) {
      Fetcher.Response response = Fetcher.get(contender, "/" + piece);
      if (response.status() != 200 || response.bytes() != piece.rawSize()) {
        throw new BenchFailure(
            "expected 200 and %d bytes of %s, found %s"
                .formatted(piece.rawSize(), contender.name(), response));
      }
    }
  }

  private static List<Case> compare(
      List<Contender> contenders, Path script, Path paths, int connections) {
    contenders.forEach(one -> load(one, script, paths, connections, WARM_UP_SECONDS));
    Turns turns =
        Turns.take(contenders, ROUNDS, one -> load(one, script, paths, connections, SECONDS));
    String name = "Zipf mix, %d connections".formatted(connections);
    return List.of(
        best(name, "req/s", contenders, turns, Load::requestsPerSecond, Case.Better.MORE),
        best(
            name + ", by processor time",
            "req/s",
            contenders,
            turns,
            run -> run.requestsPerSecond() / run.cores(),
            Case.Better.MORE),
        best(name + ", p99", "ms", contenders, turns, Load::p99Millis, Case.Better.LESS));
  }

  /** Varnish answers 503 where pieces that are being sent take all of its memory. */
  private static Load load(Contender one, Path script, Path paths, int connections, int seconds) {
    boolean strict = !one.name().equals("varnish");
    return Wrk.run(one, script, paths, strict, connections, seconds);
  }

  private static Case best(
      String name,
      String unit,
      List<Contender> contenders,
      Turns turns,
      ToDoubleFunction<Load> value,
      Case.Better better) {
    double[] means =
        IntStream.range(0, contenders.size()).mapToDouble(i -> turns.mean(i, value)).toArray();
    for (int i = 0; i < means.length; i++) {
      System.out.printf(
          Locale.ROOT, "%s: %s %.2f %s%n", name, contenders.get(i).name(), means[i], unit);
    }
    double reference =
        better == Case.Better.MORE ? Math.max(means[1], means[2]) : Math.min(means[1], means[2]);
    return new Case(name, means[0], unit, reference, better);
  }
}
