package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.indexed;
import static io.filcdn.metrics.Samples.journal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.bench.BenchReport;
import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.store.Database;
import io.filcdn.stack.run.FreePort;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
                  "QUARKUS_HTTP_PORT", Integer.toString(port)));
      try {
        count(stack, bytes);
        try (HttpClient http = HttpClient.newHttpClient()) {
          new LeaseCases(new LeaseCall(http, port), DATA_SETS).measure(report);
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
    report.atLeast(
        50_000,
        "rows from Kafka into odometers",
        (all - first) * ROWS_A_RECORD / seconds,
        "records/s");
  }

  private static long records(TestStack stack) {
    return Long.parseLong(
        stack.rows("select coalesce(sum(sequence), 0) from watermark").getFirst());
  }
}
