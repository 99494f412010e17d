package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.dataSet;
import static io.filcdn.metrics.Samples.flush;
import static io.filcdn.metrics.Samples.hit;
import static io.filcdn.metrics.Samples.indexed;
import static io.filcdn.metrics.Samples.journal;
import static io.filcdn.metrics.Samples.topUps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseAnswer.Lease;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.quota.PostgresLeases;
import io.filcdn.metrics.quota.PostgresLeases.Totals;
import io.filcdn.service.database.Database;
import io.filcdn.testing.process.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service is killed while edges lease from it over HTTP, spend, and give back. */
class LeasesProcessIT {

  private static final int EDGES = 4;
  private static final int STEPS = 200;
  private static final int MOST_A_STEP = 4_000_000;
  private static final Duration SOON = Duration.ofMinutes(2);

  private final AtomicInteger steps = new AtomicInteger();
  private final int port = FreePort.find();
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  @TempDir Path folder;

  private @Nullable Process process;

  @AfterEach
  void kill() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  /** One run of an edge, and its sums, which only grow. */
  private final class Edge {

    private final TestStack stack;
    private final int number;
    private final Random random;
    private long acquired;
    private long returned;
    private long used;
    private long flushes;

    Edge(TestStack stack, int number) {
      this.stack = stack;
      this.number = number;
      this.random = new Random(number);
    }

    Edge live() throws InterruptedException {
      for (int step = 0; step < STEPS; step++) {
        lease(acquired + 1 + random.nextInt(MOST_A_STEP), acquired + 1);
        long served = random.nextLong(acquired - returned - used + 1);
        if (served > 0) {
          used += served;
          flushes++;
          stack.send(flush(journal(number), 0, flushes, hit(7, served)));
        }
        if (random.nextInt(3) == 0) {
          returned += random.nextLong(acquired - returned - used + 1);
        }
        steps.incrementAndGet();
      }
      returned = acquired - used;
      lease(acquired, acquired);
      return this;
    }

    private void lease(long wanted, long needed) throws InterruptedException {
      Ask ask =
          new Ask(
              QuotaName.cdn(dataSet(7)),
              ByteCount.of(wanted),
              ByteCount.of(needed),
              ByteCount.of(returned));
      LeaseAnswer answer =
          answered(new LeaseRequest(journal(number), TestEdges.EDGE, List.of(ask)));
      assertThat(answer.closed()).isFalse();
      Lease lease = answer.leases().getFirst();
      assertThat(lease.acquired().bytes()).isBetween(acquired, wanted);
      assertThat(lease.returned().bytes()).isEqualTo(returned);
      assertThat(lease.applied().bytes()).isLessThanOrEqualTo(used);
      acquired = lease.acquired().bytes();
    }
  }

  /** The answer to a request that is sent until there is one, whatever the first ones did. */
  private LeaseAnswer answered(LeaseRequest request) throws InterruptedException {
    LeaseCall call = new LeaseCall(http, port);
    long deadline = System.nanoTime() + SOON.toNanos();
    while (System.nanoTime() < deadline) {
      try {
        return call.send(request);
      } catch (IOException e) {
        // it was killed: before it heard of this, or after, nobody knows
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
    throw new AssertionError("no answer to " + request);
  }

  @Test
  void whatEdgesHoldAndSpendIsExactWhereTheServiceIsKilledBetween() throws Exception {
    try (TestStack stack = new TestStack();
        ExecutorService threads = Executors.newFixedThreadPool(EDGES)) {
      Database database = new Database(stack.dataSource());
      database.run(
          connection ->
              new PostgresDataSets()
                  .keepNewer(
                      connection,
                      List.of(
                          indexed(
                              7,
                              1,
                              topUps("3000000000000000", "3000000000000000"),
                              Reported.NONE))));
      startAndAwait(stack);
      long granted = granted();
      List<Future<Edge>> edges = new ArrayList<>();
      for (int number = 1; number <= EDGES; number++) {
        Edge edge = new Edge(stack, number);
        edges.add(threads.submit(edge::live));
      }
      for (int kill = 1; kill <= 3; kill++) {
        int next = EDGES * STEPS * kill / 4;
        await().atMost(SOON).until(() -> steps.get() >= next);
        kill();
        startAndAwait(stack);
      }

      long used = 0;
      for (Future<Edge> edge : edges) {
        used += edge.get(5, TimeUnit.MINUTES).used;
      }
      long served = used;

      assertThat(served).as("more was asked for than there is").isBetween(granted / 2, granted);
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(stack.rows("select cdn_bytes from odometer"))
                      .containsExactly(Long.toString(served)));
      assertThat(database.call(new PostgresLeases()::totals)).isEqualTo(Totals.NONE);
    }
  }

  private void startAndAwait(TestStack stack) throws IOException {
    process =
        ServiceProcess.start(
            stack,
            ServiceProcess.SOON,
            folder.resolve("output.log"),
            Map.of(
                "FILCDN_NETWORK",
                Path.of("..", "deploy", "networks", "devnet.json").toString(),
                "FILCDN_METRICS_LEASES_REQUIRED",
                "true",
                "FILCDN_METRICS_INTAKE_MAX_WAIT",
                "50ms",
                "QUARKUS_HTTP_PORT",
                Integer.toString(port)));
    await().atMost(SOON).ignoreExceptions().until(() -> get("/q/health/ready").statusCode() == 200);
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private long granted() throws IOException, InterruptedException {
    return new JsonMapper().readTree(get("/data-set/7").body()).path("cdnEgressQuota").asLong();
  }
}
