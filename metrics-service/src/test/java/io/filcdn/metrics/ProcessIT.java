package io.filcdn.metrics;

import static io.filcdn.common.piece.ByteCount.ZERO;
import static io.filcdn.metrics.Samples.indexed;
import static io.filcdn.metrics.Samples.topUps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.egress.JournalId;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.metrics.quota.LeaseDesk;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.quota.PostgresLeases;
import io.filcdn.metrics.quota.PostgresLeases.Totals;
import io.filcdn.service.database.Database;
import io.filcdn.service.kafka.SourceRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service as a process of its own. */
class ProcessIT {

  private static final Duration SOON = Duration.ofMinutes(2);

  private static final long SEED = 11;
  private static final int JOURNALS = 5;
  private static final int PARTITIONS = 4;
  private static final long FLUSHES = 60;
  private static final String MUCH = "7000000000000000000000000";
  private static final ByteCount ALL = ByteCount.of(1L << 50);

  private static final TestStack stack = new TestStack();

  @TempDir Path folder;

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  @Test
  void totalsAreExactWhereTheProcessIsKilledAgainAndAgain() throws Exception {
    Simulation simulation = new Simulation(SEED, JOURNALS, PARTITIONS, FLUSHES);
    leaseAll();
    List<SourceRecord> sent = simulation.sent();

    for (int kills = 1; kills <= 3; kills++) {
      // each process has something left to do
      send(sent.subList(sent.size() * (kills - 1) / 4, sent.size() * kills / 4));
      long before = applied();
      Process process = start(Path.of("..", "deploy", "networks", "devnet.json"));
      await().atMost(SOON).until(() -> applied() > before || !process.isAlive());
      assertThat(process.isAlive()).as(this::printed).isTrue();
      process.destroyForcibly().waitFor();
    }
    send(sent.subList(sent.size() * 3 / 4, sent.size()));
    Process process = start(Path.of("..", "deploy", "networks", "devnet.json"));
    try {
      await().atMost(SOON).until(() -> applied() == JOURNALS * PARTITIONS * FLUSHES);
    } finally {
      process.destroy();
    }

    assertThat(
            stack.rows(
                "select data_set, cdn_bytes, cache_miss_bytes, requests, cache_miss_requests"
                    + " from odometer order by data_set"))
        .isEqualTo(simulation.odometers());
    assertThat(
            stack.rows(
                "select data_set, sum(applied) filter (where quota = 'cdn'),"
                    + " sum(applied) filter (where quota = 'cacheMiss')"
                    + " from lease group by data_set order by data_set"))
        .as("what was spent of leases")
        .isEqualTo(simulation.usage());
    endAll();
    assertThat(database().call(new PostgresLeases()::totals)).isEqualTo(Totals.NONE);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(printed()).contains("stopped in").doesNotContain("ERROR");
  }

  @Test
  void aBrokenNetworkFileEndsTheStartWithOneLine() throws Exception {
    Path network = Files.writeString(folder.resolve("network.json"), "{\"name\":\"x\"}");

    Process process = start(network);

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(printed().lines())
        .singleElement()
        .isEqualTo(
            ("metrics does not start: network file %s: contracts.pdpVerifier: expected a text,"
                    + " found nothing")
                .formatted(network));
  }

  /** Each journal leases all that it will ever serve. */
  private static void leaseAll() {
    List<DataSetRecord> known =
        LongStream.rangeClosed(1, Simulation.DATA_SETS)
            .mapToObj(d -> indexed(d, 1, topUps(MUCH, MUCH), Reported.NONE))
            .toList();
    database().run(connection -> new PostgresDataSets().keepNewer(connection, known));
    List<Ask> asks =
        known.stream()
            .map(DataSetRecord::dataSet)
            .flatMap(
                d ->
                    Stream.of(Kind.values())
                        .map(kind -> new Ask(new QuotaName.OfDataSet(d, kind), ALL, ALL, ZERO)))
            .toList();
    withDesk(
        (desk, journal) ->
            assertThat(
                    TestEdges.lease(desk, new LeaseRequest(journal, TestEdges.EDGE, asks)).leases())
                .allMatch(lease -> lease.acquired().equals(ALL)));
  }

  /** Each journal is complete. */
  private static void endAll() {
    Map<Integer, Long> sequences =
        IntStream.range(0, PARTITIONS).boxed().collect(Collectors.toMap(p -> p, _ -> FLUSHES));
    withDesk(
        (desk, journal) ->
            assertThat(TestEdges.end(desk, new JournalEnd(journal, sequences))).isTrue());
  }

  private static void withDesk(BiConsumer<LeaseDesk, JournalId> each) {
    try (MetricsService service =
        stack.service(stack.dataSource(), Clock.systemUTC(), new SimpleMeterRegistry())) {
      for (int journal = 1; journal <= JOURNALS; journal++) {
        each.accept(service.leaseDesk(), Samples.journal(SEED * 1000 + journal));
      }
    }
  }

  private static Database database() {
    return new Database(stack.dataSource());
  }

  private static void send(List<SourceRecord> records) {
    for (SourceRecord record : records) {
      stack.send(Topic.EGRESS, record.partition(), "journal", record.value());
    }
  }

  /** The sum of all watermarks: the number of records that were counted. */
  private static long applied() {
    return Long.parseLong(
        stack.rows("select coalesce(sum(sequence), 0) from watermark").getFirst());
  }

  private Process start(Path network) throws IOException {
    return ServiceProcess.start(
        stack,
        ServiceProcess.SOON,
        output(),
        Map.of(
            "FILCDN_NETWORK",
            network.toString(),
            "FILCDN_METRICS_INTAKE_MAX_RECORDS",
            "20",
            "FILCDN_METRICS_INTAKE_MAX_WAIT",
            "50ms",
            "FILCDN_METRICS_LEASES_REQUIRED",
            "true",
            "QUARKUS_HTTP_PORT",
            "0"));
  }

  private Path output() {
    return folder.resolve("output.log");
  }

  private String printed() {
    try {
      return Files.readString(output());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
