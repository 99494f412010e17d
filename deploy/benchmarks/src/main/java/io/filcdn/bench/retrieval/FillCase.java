package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.bench.run.BenchFailure;
import io.filcdn.common.piece.PieceCid;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The delay of hits by a large piece that is fetched and verified meanwhile. */
final class FillCase {

  static final String METHOD =
      "p99: wrk with 32 connections on 16 KiB hits; reference: without a fill";

  private static final int CONNECTIONS = 32;
  private static final int SECONDS = 10;

  private final Contender edge;
  private final PieceCid hot;
  private final PieceCid large;

  /**
   * @param hot a small piece that is cached
   * @param large a cold one that takes longer to come than the measurement
   */
  FillCase(Contender edge, PieceCid hot, PieceCid large) {
    this.edge = edge;
    this.hot = hot;
    this.large = large;
  }

  Case run() {
    Load quiet = Wrk.run(edge, hot, CONNECTIONS, SECONDS);
    try (ExecutorService client = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Fetcher.Response> fill = client.submit(() -> Fetcher.get(edge, "/" + large));
      Load busy = Wrk.run(edge, hot, CONNECTIONS, SECONDS);
      if (fill.get().bytes() != large.rawSize()) {
        throw new BenchFailure("expected the whole large piece, found " + fill.get());
      }
      return new Case(
          "p99 of 16 KiB hits while 2 GiB are filled and verified",
          busy.p99Millis(),
          "ms",
          quiet.p99Millis(),
          Case.Better.LESS);
    } catch (ExecutionException e) {
      throw new BenchFailure("the fill fails: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchFailure("interrupted", e);
    }
  }
}
