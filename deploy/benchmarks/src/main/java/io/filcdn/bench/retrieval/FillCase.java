package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.bench.run.BenchFailure;
import io.filcdn.common.piece.PieceCid;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/**
 * The delay of hits by large pieces that come meanwhile; the edge verifies them, nginx does not.
 */
final class FillCase {

  private static final int CONNECTIONS = 32;
  private static final int SECONDS = 20;
  private static final int ROUNDS = 2;
  private static final int FILLS = 4;
  private static final long LARGE = 1L << 30;

  static final String METHOD =
      ("hits beside fills: p99 of wrk with %d connections on 16 KiB, mean of %d rounds of %d s in which"
              + " %d cold pieces of 1 GiB share the provider's line; reference: nginx")
          .formatted(CONNECTIONS, ROUNDS, SECONDS, FILLS);

  private final Pieces pieces;
  private final List<Contender> contenders;
  private final PieceCid hot;

  /**
   * @param contenders the edge and nginx
   * @param hot a small piece that both have
   */
  FillCase(Pieces pieces, List<Contender> contenders, PieceCid hot) {
    this.pieces = pieces;
    this.contenders = contenders;
    this.hot = hot;
  }

  List<Case> run() {
    double[] p99 = new double[contenders.size()];
    for (int round = 0; round < ROUNDS; round++) {
      long first = LARGE - (long) round * FILLS;
      List<PieceCid> cold =
          pieces.ofSizes(LongStream.range(0, FILLS).mapToObj(number -> first - number).toList());
      for (int i = 0; i < p99.length; i++) {
        Contender contender = contenders.get(i);
        double quiet = Wrk.run(contender, hot, CONNECTIONS, SECONDS / 2).p99Millis();
        double busy = whileFilling(contender, cold);
        p99[i] += busy / ROUNDS;
        System.out.printf(
            Locale.ROOT,
            "hits beside fills: %s p99 %.2f ms, %.2f ms without a fill%n",
            contender.name(),
            busy,
            quiet);
      }
    }
    return List.of(
        new Case(
            "p99 of 16 KiB hits while four pieces of 1 GiB are filled",
            p99[0],
            "ms",
            p99[1],
            Case.Better.LESS));
  }

  private double whileFilling(Contender contender, List<PieceCid> cold) {
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Fetcher.Response>> fills = new ArrayList<>();
      for (PieceCid piece : cold) {
        fills.add(clients.submit(() -> Fetcher.get(contender, "/" + piece)));
      }
      Load busy = Wrk.run(contender, hot, CONNECTIONS, SECONDS);
      if (fills.stream().anyMatch(Future::isDone)) {
        throw new BenchFailure(
            "expected pieces that come for longer than %d s, found one that is there"
                .formatted(SECONDS));
      }
      for (int i = 0; i < cold.size(); i++) {
        if (fills.get(i).get().bytes() != cold.get(i).rawSize()) {
          throw new BenchFailure("expected the whole large piece, found " + fills.get(i).get());
        }
      }
      return busy.p99Millis();
    } catch (ExecutionException e) {
      throw new BenchFailure("a fill fails: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchFailure("interrupted", e);
    }
  }
}
