package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.indexed;
import static io.filcdn.metrics.Samples.journal;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.bench.BenchReport;
import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.store.Database;
import io.filcdn.stack.run.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How fast the packaged service counts rows and leases quota; run by name: {@code
 * -Dit.test=MeteringBench}.
 */
class MeteringBench {

  private static final int ROWS = Integer.getInteger("filcdn.bench.rows", 1_000_000);
  private static final int ROWS_A_RECORD = 200;
  private static final int DATA_SETS = 1_000;
  private static final int EDGES = 20;

  /** An edge asks for as many quotas at once as ran low since it last did: few, or many. */
  private static final int[] ASKS = {10, 50};

  private static final int CLIENTS = 2;
  private static final int REQUESTS = 3_000;
  private static final int WARM_UP = 8_000;
  private static final String SECRET = "bench";

  @TempDir Path folder;

  private final BenchReport report = new BenchReport("metering");

  @Test
  void countingAndLeasing() throws Exception {
    try (TestStack stack = new TestStack()) {
      knowDataSets(stack);
      long bytes = send(stack);
      int port = FreePort.find();
      Process service =
          ServiceProcess.start(
              stack,
              ServiceProcess.MEASURED,
              folder.resolve("output.log"),
              Map.of(
                  "FILCDN_NETWORK", Path.of("..", "deploy", "networks", "devnet.json").toString(),
                  "FILCDN_METRICS_LEASES_SECRET", SECRET,
                  "QUARKUS_HTTP_PORT", Integer.toString(port)));
      try {
        count(stack, bytes);
        for (int asks : ASKS) {
          lease(port, asks);
        }
        new AnswerCases(stack, port).measure(report);
      } finally {
        service.destroyForcibly().waitFor();
      }
    }
    report
        .note(
            "%,d rows of %,d data sets in records of %d".formatted(ROWS, DATA_SETS, ROWS_A_RECORD))
        .note("service, Kafka, Postgres and this harness share the machine; start not counted")
        .write();
  }

  private static void knowDataSets(TestStack stack) {
    TokenAmount much = TokenAmount.of("700000000000000000000000");
    TopUps topUps = new TopUps(much, TokenAmount.ZERO, much, TokenAmount.ZERO);
    List<DataSetRecord> records = new ArrayList<>();
    for (int dataSet = 0; dataSet < DATA_SETS; dataSet++) {
      records.add(indexed(dataSet, 1, topUps, Reported.NONE));
    }
    new Database(stack.dataSource())
        .run(connection -> new PostgresDataSets().keepNewer(connection, records));
  }

  /** Puts all rows into Kafka, and tells how many bytes they count. */
  private static long send(TestStack stack) {
    Random random = new Random(7);
    int partitions = stack.egressPartitions();
    long bytes = 0;
    for (int record = 0; record < ROWS / ROWS_A_RECORD; record++) {
      List<EgressRow> rows = new ArrayList<>();
      for (int row = 0; row < ROWS_A_RECORD; row++) {
        long size = random.nextInt(1 << 24);
        bytes += size;
        CacheOutcome cache = random.nextInt(10) == 0 ? CacheOutcome.MISS : CacheOutcome.HIT;
        rows.add(Samples.egress(random.nextInt(DATA_SETS), cache, 1, size));
      }
      int lane = record % (EDGES * partitions);
      long sequence = 1L + record / (EDGES * partitions);
      stack.sendLater(
          Samples.flush(
              journal(1 + lane / partitions),
              lane % partitions,
              sequence,
              rows.toArray(EgressRow[]::new)));
    }
    stack.flush();
    return bytes;
  }

  /** From the first batch that is seen in the database to the last, so without the start. */
  private void count(TestStack stack, long bytes) {
    long all = ROWS / ROWS_A_RECORD;
    await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> records(stack) > 0);
    long first = records(stack);
    long begun = System.nanoTime();
    await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> records(stack) == all);
    double seconds = (System.nanoTime() - begun) / 1e9;

    assertThat(stack.rows("select sum(cdn_bytes), sum(requests) from odometer"))
        .containsExactly(bytes + " " + ROWS);
    assertThat(stack.rows("select sum(cdn_bytes) from series where dimension = 'total' and daily"))
        .containsExactly(Long.toString(bytes));
    add(
        "rows from Kafka into odometers",
        (all - first) * ROWS_A_RECORD / seconds,
        "records/s",
        50_000,
        true);
  }

  private static long records(TestStack stack) {
    return Long.parseLong(
        stack.rows("select coalesce(sum(sequence), 0) from watermark").getFirst());
  }

  private void lease(int port, int asks) throws Exception {
    long begun;
    List<long[]> latencies = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        HttpClient http = HttpClient.newHttpClient()) {
      for (Future<long[]> warm :
          threads.invokeAll(clients(http, port, asks, WARM_UP, 100 * asks))) {
        warm.get();
      }
      begun = System.nanoTime();
      for (Future<long[]> client :
          threads.invokeAll(clients(http, port, asks, REQUESTS, 200 * asks))) {
        latencies.add(client.get());
      }
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    long[] sorted = latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    add(
        "lease acquisitions, %d a request".formatted(asks),
        (double) sorted.length * asks / seconds,
        "/s",
        5_000,
        true);
    add(
        "lease request of %d, p99".formatted(asks),
        sorted[sorted.length * 99 / 100] / 1e6,
        "ms",
        5,
        false);
    add(
        "lease request of %d, p50".formatted(asks),
        sorted[sorted.length / 2] / 1e6,
        "ms",
        5,
        false);
  }

  /** Edges that acquire a little more of many quotas, again and again. */
  private static List<Callable<long[]>> clients(
      HttpClient http, int port, int asks, int requests, int firstJournal) {
    List<Callable<long[]>> clients = new ArrayList<>();
    for (int client = 0; client < CLIENTS; client++) {
      int journal = firstJournal + client;
      clients.add(
          () -> {
            Random random = new Random(journal);
            long[] nanos = new long[requests];
            for (int i = 0; i < requests; i++) {
              LeaseRequest request = request(journal, random, asks, (i + 1) * 1_000_000L);
              long begun = System.nanoTime();
              LeaseAnswer answer = post(http, port, request);
              nanos[i] = System.nanoTime() - begun;
              assertThat(answer.leases())
                  .allMatch(lease -> lease.acquired().bytes() > 0, "was given something");
            }
            return nanos;
          });
    }
    return clients;
  }

  private static LeaseRequest request(int journal, Random random, int count, long acquired) {
    int first = random.nextInt(DATA_SETS);
    List<Ask> asks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      asks.add(
          new Ask(
              Samples.dataSet((first + i) % DATA_SETS),
              Kind.CDN,
              ByteCount.of(acquired),
              ByteCount.of(acquired),
              ByteCount.ZERO));
    }
    return new LeaseRequest(journal(journal), "edge", asks);
  }

  private static LeaseAnswer post(HttpClient http, int port, LeaseRequest request)
      throws IOException, InterruptedException {
    HttpRequest call =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + LeaseRequest.PATH))
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + SECRET)
            .POST(HttpRequest.BodyPublishers.ofString(RecordJson.write(request), UTF_8))
            .build();
    HttpResponse<String> answer = http.send(call, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer::body).isEqualTo(200);
    return RecordJson.read(answer.body(), LeaseAnswer.class);
  }

  private void add(String name, double value, String unit, double bar, boolean moreIsBetter) {
    if (moreIsBetter) {
      report.atLeast(bar, name, value, unit);
    } else {
      report.atMost(bar, name, value, unit);
    }
  }
}
