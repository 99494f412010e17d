package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.bench.run.BenchFailure;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;

/** A mix of requests for very many pieces, of which the edge can keep a part only. */
final class MixedCases {

  static final String METHOD =
      "mixed load: 64 clients, 100,000 pieces of 1 to 100,000 bytes by Zipf's law, a cache of a tenth"
          + " of them; whole, ranges, slow and left; memory (PSS) and open files: medians of the last"
          + " third of the time, reference: of the second third";

  /** A tenth of what all pieces have. */
  static final String CACHE = "500M";

  private static final int PIECES = 100_000;
  private static final int CLIENTS = 64;
  private static final double ALPHA = 0.9;
  private static final int BUFFER = 64 << 10;
  private static final long SAMPLE_MILLIS = 2_000;
  private static final int REQUESTS_A_CONNECTION = 100;
  private static final int THIRDS = 3;

  private final Pieces pieces;
  private final Contender edge;
  private final Duration time;
  private final double[] upTo = new double[PIECES];
  private final LongAdder right = new LongAdder();
  private final LongAdder asked = new LongAdder();

  /**
   * @param time for which the load lasts
   */
  MixedCases(Pieces pieces, Contender edge, Duration time) {
    this.pieces = pieces;
    this.edge = edge;
    this.time = time;
    double sum = 0;
    for (int i = 0; i < PIECES; i++) {
      sum += Math.pow(i + 1, -ALPHA);
      upTo[i] = sum;
    }
  }

  List<Case> run() {
    List<Long> sizes = new ArrayList<>(LongStream.rangeClosed(1, PIECES).boxed().toList());
    Collections.shuffle(sizes, new Random(1));
    List<PieceCid> all = pieces.ofSizes(sizes);
    System.out.printf("mixed load: the edge knows %d pieces%n", all.size());
    long end = System.nanoTime() + time.toNanos();
    List<Double> memory = new ArrayList<>();
    List<Double> files = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int number = i;
        clients.add(threads.submit(() -> askUntil(end, all, number)));
      }
      while (end - System.nanoTime() > 0) {
        LoadClient.pause(SAMPLE_MILLIS);
        memory.add(edge.server().megabytes());
        files.add((double) edge.server().openFiles());
      }
      for (Future<?> client : clients) {
        client.get();
      }
    } catch (ExecutionException e) {
      throw new BenchFailure("a client fails: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchFailure("interrupted", e);
    }
    return List.of(
        new Case(
            "right answers of the mixed load",
            right.sum(),
            "answers",
            asked.sum(),
            Case.Better.MORE),
        flat("memory under the mixed load", "MB", memory),
        flat("open files under the mixed load", "files", files));
  }

  private static Case flat(String name, String unit, List<Double> samples) {
    int third = samples.size() / THIRDS;
    return new Case(
        name,
        median(samples.subList(samples.size() - third, samples.size())),
        unit,
        median(samples.subList(third, samples.size() - third)),
        Case.Better.LESS);
  }

  private static double median(List<Double> samples) {
    return samples.stream().sorted().toList().get(samples.size() / 2);
  }

  private void askUntil(long end, List<PieceCid> all, int number) {
    Random random = new Random(number);
    while (end - System.nanoTime() > 0) {
      try (LoadClient client = new LoadClient(edge, number, BUFFER)) {
        int left = REQUESTS_A_CONNECTION;
        while (left-- > 0 && end - System.nanoTime() > 0 && ask(client, all, random)) {
          // the next on the same connection
        }
      } catch (IOException e) {
        System.out.printf("a request of client %d fails: %s%n", number, e);
      }
    }
  }

  /** Tells whether the connection can be used again. */
  private boolean ask(LoadClient client, List<PieceCid> all, Random random) throws IOException {
    int at = Arrays.binarySearch(upTo, random.nextDouble() * upTo[PIECES - 1]);
    PieceCid piece = all.get(Math.min(PIECES - 1, at < 0 ? -at - 1 : at));
    long size = piece.rawSize();
    long first = random.nextInt(4) == 0 ? random.nextLong(size) : 0;
    boolean leaves = random.nextInt(20) == 0;
    long most = leaves ? random.nextLong(size - first) + 1 : size - first;
    asked.increment();
    client.ask(piece, first, size);
    if (client.takes(piece, first, size, most, random.nextInt(20) == 0 ? 50 : 0)) {
      right.increment();
      return most == size - first;
    }
    return false;
  }
}
