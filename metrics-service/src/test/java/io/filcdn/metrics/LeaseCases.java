package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.journal;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.bench.BenchReport;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * How many quotas edges can lease, one request after the other, and how long a request takes while
 * they lease as many as the service has to bear.
 */
final class LeaseCases {

  /** An edge asks for as many quotas at once as ran low since it last did: few, or many. */
  private static final int[] ASKS = {10, 50};

  private static final int EDGES = 2;
  private static final int WARM_UP = 8_000;
  private static final int REQUESTS = 3_000;
  private static final int BAR_A_SECOND = 5_000;
  private static final double BAR_MILLIS = 5;

  private final LeaseCall call;
  private final int dataSets;

  LeaseCases(LeaseCall call, int dataSets) {
    this.call = call;
    this.dataSets = dataSets;
  }

  void measure(BenchReport report) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(EDGES)) {
      for (int asks : ASKS) {
        List<Edge> edges = new ArrayList<>();
        for (int edge = 0; edge < EDGES; edge++) {
          edges.add(new Edge(1_000 + edges.size() + asks * EDGES, asks));
        }
        inParallel(threads, edges, edge -> edge.ask(WARM_UP, 0));

        long begun = System.nanoTime();
        long[] busy = inParallel(threads, edges, edge -> edge.ask(REQUESTS, 0));
        double seconds = (System.nanoTime() - begun) / 1e9;
        long between = 1_000_000_000L * asks * EDGES / BAR_A_SECOND;
        long[] paced = inParallel(threads, edges, edge -> edge.ask(REQUESTS, between));

        String name = "lease request of %d, ".formatted(asks);
        report
            .atLeast(
                BAR_A_SECOND,
                "lease acquisitions, %d a request".formatted(asks),
                (double) busy.length * asks / seconds,
                "/s")
            .atMost(BAR_MILLIS, name + "5,000 quotas/s, p99", percentile(99, paced), "ms")
            .value(name + "5,000 quotas/s, p50", percentile(50, paced), "ms")
            .value(name + "as many as go, p99", percentile(99, busy), "ms")
            .value(name + "as many as go, p50", percentile(50, busy), "ms");
      }
    }
    report.note(
        "leases: "
            + EDGES
            + " edges, each one request after the other; at 5,000 quotas/s the time is counted"
            + " from when a request is due, whether or not the one before it was answered");
  }

  private interface Part {
    long[] of(Edge edge) throws Exception;
  }

  /** What all edges measured, sorted. */
  private static long[] inParallel(ExecutorService threads, List<Edge> edges, Part part)
      throws Exception {
    List<Callable<long[]>> calls = new ArrayList<>();
    edges.forEach(edge -> calls.add(() -> part.of(edge)));
    List<long[]> parts = new ArrayList<>();
    for (Future<long[]> done : threads.invokeAll(calls)) {
      parts.add(done.get());
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
     * @param between how many nanoseconds after each other requests are due; 0 for at once
     * @return how many nanoseconds each took, from when it was due
     */
    long[] ask(int count, long between) throws IOException, InterruptedException {
      long[] nanos = new long[count];
      long begun = System.nanoTime();
      for (int i = 0; i < count; i++) {
        LeaseRequest request = request();
        long due = between == 0 ? System.nanoTime() : begun + i * between;
        waitUntil(due);
        LeaseAnswer answer = call.send(request);
        nanos[i] = System.nanoTime() - due;
        assertThat(answer.leases())
            .allMatch(lease -> lease.acquired().bytes() > 0, "was given something");
      }
      return nanos;
    }

    private static void waitUntil(long due) {
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }

    private LeaseRequest request() {
      ByteCount acquired = ByteCount.of(++requests * 1_000_000L);
      int first = random.nextInt(dataSets);
      List<Ask> all = new ArrayList<>();
      for (int i = 0; i < asks; i++) {
        all.add(
            new Ask(
                Samples.dataSet((first + i) % dataSets),
                Kind.CDN,
                acquired,
                acquired,
                ByteCount.ZERO));
      }
      return new LeaseRequest(journal(journal), "edge", all);
    }
  }
}
