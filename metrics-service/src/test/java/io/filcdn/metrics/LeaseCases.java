package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.journal;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.testing.bench.BenchReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * The quotas that edges can lease, one request after the other, and how long a request takes, also
 * where requests come at a fixed rate whatever becomes of those before.
 */
final class LeaseCases {

  /** An edge asks at once for all quotas that ran low since it last did: some, or, rarely, many. */
  private static final int SOME = 10;

  private static final int MANY = 50;
  private static final int EDGES = 2;

  /**
   * So many requests of each edge and size, in turns, that the JVM is done with compiling, which on
   * two cores is what a request waits for.
   */
  private static final int WARM_UP = 10_000;

  private static final int WARM_UPS = 4;

  private static final int REQUESTS = 3_000;
  private static final int PACED_REQUESTS = 7_500;
  private static final int LEAST_A_SECOND = 5_000;
  private static final long AT_ONCE = 0;
  private static final double MOST_MILLIS = 5;

  private final LeaseCall call;
  private final int dataSets;

  LeaseCases(LeaseCall call, int dataSets) {
    this.call = call;
    this.dataSets = dataSets;
  }

  void measure(BenchReport report) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(EDGES)) {
      List<List<Edge>> sizes = List.of(edges(SOME), edges(MANY));
      for (int round = 0; round < WARM_UPS; round++) {
        for (List<Edge> edges : sizes) {
          all(threads, edges, WARM_UP, AT_ONCE);
        }
      }
      for (List<Edge> edges : sizes) {
        long begun = System.nanoTime();
        long[] nanos = all(threads, edges, REQUESTS, AT_ONCE);
        report(report, edges.getFirst().asks, nanos, (System.nanoTime() - begun) / 1e9);
      }
      long every = TimeUnit.SECONDS.toNanos(1) * EDGES * SOME / LEAST_A_SECOND;
      long[] paced = all(threads, sizes.getFirst(), PACED_REQUESTS, every);
      report.atMost(
          MOST_MILLIS,
          "lease request of %d at a fixed %,d acquisitions/s, p99 from when due"
              .formatted(SOME, LEAST_A_SECOND),
          percentile(99, paced),
          "ms");
    }
  }

  /** Of a request with many asks the time is told, but no bar is set for it. */
  private static void report(BenchReport report, int asks, long[] nanos, double seconds) {
    String acquisitions = "lease acquisitions, %d a request".formatted(asks);
    report.atLeast(LEAST_A_SECOND, acquisitions, nanos.length * asks / seconds, "/s");
    String p99 = "lease request of %d, p99".formatted(asks);
    if (asks == SOME) {
      report.atMost(MOST_MILLIS, p99, percentile(99, nanos), "ms");
    } else {
      report.value(p99, percentile(99, nanos), "ms");
    }
    report.value("lease request of %d, p50".formatted(asks), percentile(50, nanos), "ms");
  }

  private List<Edge> edges(int asks) {
    return IntStream.range(0, EDGES).mapToObj(edge -> new Edge(100 * asks + edge, asks)).toList();
  }

  /** The time that each request of all edges took, the shortest first. */
  private static long[] all(ExecutorService threads, List<Edge> edges, int requests, long every)
      throws Exception {
    List<Callable<long[]>> calls = new ArrayList<>();
    edges.forEach(edge -> calls.add(() -> edge.ask(requests, every)));
    List<long[]> parts = new ArrayList<>();
    for (Future<long[]> part : threads.invokeAll(calls)) {
      parts.add(part.get());
    }
    return parts.stream().flatMapToLong(Arrays::stream).sorted().toArray();
  }

  private static double percentile(int percent, long[] sortedNanos) {
    return sortedNanos[sortedNanos.length * percent / 100] / 1e6;
  }

  /** Acquires a little more of many quotas, again and again. */
  private final class Edge {

    private final int journal;
    private final int asks;
    private final Random random;
    private long requests;

    Edge(int journal, int asks) {
      this.journal = journal;
      this.asks = asks;
      this.random = new Random(journal);
    }

    /**
     * Asks {@code count} times.
     *
     * @param every the nanoseconds from when a request is due until the next one is; {@link
     *     #AT_ONCE}: it is due when the one before was answered
     * @return the nanoseconds from when each was due until it was answered
     */
    long[] ask(int count, long every) throws IOException, InterruptedException {
      long[] nanos = new long[count];
      long began = System.nanoTime();
      for (int i = 0; i < count; i++) {
        LeaseRequest request = request();
        long begun = every == AT_ONCE ? System.nanoTime() : began + i * every;
        LockSupport.parkNanos(begun - System.nanoTime());
        LeaseAnswer answer = call.send(request);
        nanos[i] = System.nanoTime() - begun;
        assertThat(answer.leases())
            .allMatch(lease -> lease.acquired().bytes() > 0, "was given something");
      }
      return nanos;
    }

    private LeaseRequest request() {
      ByteCount acquired = ByteCount.of(++requests * 1_000_000L);
      int first = random.nextInt(dataSets);
      List<Ask> all = new ArrayList<>();
      for (int i = 0; i < asks; i++) {
        all.add(
            new Ask(
                QuotaName.cdn(Samples.dataSet((first + i) % dataSets)),
                acquired,
                acquired,
                ByteCount.ZERO));
      }
      return new LeaseRequest(journal(journal), "edge", all);
    }
  }
}
