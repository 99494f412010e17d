package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.indexed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.service.database.Database;
import io.filcdn.testing.bench.BenchReport;
import io.filcdn.testing.process.FreePort;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The speed at which the packaged service counts rows and leases quota; by name: {@code
 * -Dit.test=MeteringBench}.
 */
class MeteringBench {

  private static final int ROWS = Integer.getInteger("filcdn.bench.rows", 4_000_000);
  private static final int ROWS_A_RECORD = 200;
  private static final int DATA_SETS = 1_000;
  private static final int EDGES = 20;

  @TempDir Path folder;

  private final BenchReport report = new BenchReport("metering");

  @Test
  void countingAndLeasing() throws Exception {
    try (TestStack stack = new TestStack()) {
      knowDataSets(stack);
      lease(stack);
      long bytes = send(stack);
      int port = FreePort.find();
      Process service =
          ServiceProcess.start(
              stack,
              ServiceProcess.MEASURED,
              folder.resolve("output.log"),
              Map.of(
                  "FILCDN_NETWORK",
                  Path.of("..", "deploy", "networks", "devnet.json").toString(),
                  "FILCDN_METRICS_LEASES_REQUIRED",
                  "true",
                  "QUARKUS_HTTP_PORT",
                  Integer.toString(port)));
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
            "%,d rows of %,d data sets in signed records of %d, all of them leased; the first quarter is not counted"
                .formatted(ROWS, DATA_SETS, ROWS_A_RECORD))
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

  /** Gives each journal more of each quota than it will count, as if its edge had leased it. */
  private static void lease(TestStack stack) {
    String journals = values(IntStream.rangeClosed(1, EDGES), MeteringBench::journal);
    String dataSets = values(IntStream.range(0, DATA_SETS), Samples::dataSet);
    String quotas = "(values ('cdn'), ('cacheMiss')) quotas (quota)";
    stack.execute(
        """
        insert into lease_journal (journal, edge, expires_at)
        select journal::uuid, 'edge-0', now() + interval '1 day' from (values %s) edges (journal);
        insert into lease (journal, data_set, quota, acquired)
        select journal, data_set, quota, %d
        from lease_journal, (values %s) data_sets (data_set), %s;
        insert into held (data_set, quota, bytes)
        select data_set, quota, sum(acquired) from lease group by data_set, quota
        """
            .formatted(journals, 1L << 40, dataSets, quotas));
  }

  /** As random as journals are: numbers that follow each other share their hash codes. */
  private static JournalId journal(int edge) {
    Random random = new Random(edge);
    return new JournalId(new UUID(random.nextLong(), random.nextLong()));
  }

  private static String values(IntStream numbers, IntFunction<Object> value) {
    return numbers
        .mapToObj(number -> "('%s')".formatted(value.apply(number)))
        .collect(Collectors.joining(", "));
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

  /** From the first quarter, with which the JVM got warm, to the last batch in the database. */
  private void count(TestStack stack, long bytes) {
    long all = ROWS / ROWS_A_RECORD;
    await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> records(stack) >= all / 4);
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
