package io.filcdn.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.indexer.fake.BenchNode;
import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.fake.FakePieces;
import io.filcdn.indexer.range.RangePlanner;
import io.filcdn.testing.bench.BenchReport;
import io.filcdn.testing.infra.Infra;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Random;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;

/**
 * How fast the index is built and read; run by name: {@code -Dit.test=IndexerBench}, with {@code
 * -Dfilcdn.bench.events=N} for more than 200,000 events.
 */
class IndexerBench {

  private static final int EVENTS = Integer.getInteger("filcdn.bench.events", 200_000);
  private static final int WARM_UP_EVENTS = 30_000;
  private static final int PIECES = 1_000_000;
  private static final int LOOKUPS = 20_000;
  private static final OperatingSystemMXBean MACHINE =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  @Test
  void backfillAndLookups() throws IOException, SQLException {
    try (Infra infra = Infra.start();
        BenchNode node = BenchNode.withEvents(EVENTS, 5);
        Producer<String, String> producer =
            TestIndexer.producer(infra.kafka().bootstrapServers())) {
      warmUp(Tables.fresh(infra.postgres().jdbcUrl("metrics")), producer);
      Tables tables = Tables.fresh(infra.postgres().jdbcUrl("indexer"));

      BenchReport report = new BenchReport("indexer");
      backfill(node, tables, producer, report);
      lookups(tables, report);
      report.note("from a node within this process; Postgres and Kafka share the machine").write();
    }
  }

  /** A backfill takes long: its first seconds, when code is not compiled yet, are left out. */
  private static void warmUp(Tables tables, Producer<String, String> producer) throws IOException {
    try (BenchNode node = BenchNode.withEvents(WARM_UP_EVENTS, 3);
        TestIndexer indexer = indexer(node, tables, producer)) {
      indexer.catchUp();
    }
  }

  private static TestIndexer indexer(
      BenchNode node, Tables tables, Producer<String, String> producer) {
    return new TestIndexer(
        tables.source(),
        producer,
        Contracts.network(node.url()),
        new RangePlanner(new BlockNumber(0), 1000, 60),
        8 << 20);
  }

  private static void backfill(
      BenchNode node, Tables tables, Producer<String, String> producer, BenchReport report) {
    try (TestIndexer indexer = indexer(node, tables, producer)) {
      double seconds;
      double processor;
      long before;
      long peak;
      try (LiveHeap heap = LiveHeap.watch()) {
        long begin = System.nanoTime();
        long used = MACHINE.getProcessCpuTime();
        indexer.catchUp();
        seconds = (System.nanoTime() - begin) / 1e9;
        processor = (MACHINE.getProcessCpuTime() - used) / 1e9;
        before = heap.before();
        peak = heap.peak();
      }
      long published = System.nanoTime();
      indexer.publishAll();
      double publishing = (System.nanoTime() - published) / 1e9;

      assertThat(tables.rows("select count(*) from events"))
          .containsExactly(Integer.toString(node.events()));
      report
          .atLeast(5_000, "backfill", node.events() / seconds, "events/s")
          .value("backfill, processor time of indexer and node", processor, "s")
          .value("heap before the backfill", (double) (before >> 20), "MiB")
          .atMost(512, "backfill, heap after GC, peak", (double) (peak >> 20), "MiB")
          .value("publishing all of it", publishing, "s")
          .note(
              "%,d events after a warm-up, with a load of %.1f on %d cores"
                  .formatted(
                      node.events(),
                      MACHINE.getSystemLoadAverage(),
                      MACHINE.getAvailableProcessors()));
    }
  }

  /** What {@code GET /api/v1/pieces/{cid}} asks the database. */
  private static void lookups(Tables tables, BenchReport report) throws SQLException {
    long[] nanos = new long[LOOKUPS];
    int found = 0;
    try (Connection connection = tables.source().getConnection()) {
      fill(connection);
      Random random = new Random(7);
      try (PreparedStatement select =
          connection.prepareStatement(
              """
              select * from pieces where root = ? and piece_cid = ?
               order by data_set, piece_id fetch first 1000 rows only""")) {
        for (int i = 0; i < LOOKUPS; i++) {
          PieceCid cid = FakePieces.numbered(random.nextInt(100_000));
          long begin = System.nanoTime();
          select.setBytes(1, cid.commP().bytes());
          select.setString(2, cid.toString());
          try (ResultSet row = select.executeQuery()) {
            found += row.next() ? 1 : 0;
          }
          nanos[i] = System.nanoTime() - begin;
        }
      }
    }
    assertThat(found)
        .as("all but the few pieces that were removed")
        .isGreaterThan(LOOKUPS * 9 / 10);
    Arrays.sort(nanos);
    report
        .value("lookup among a million pieces, p50", nanos[LOOKUPS / 2] / 1e6, "ms")
        .atMost(2, "lookup among a million pieces, p99", nanos[LOOKUPS * 99 / 100] / 1e6, "ms");
  }

  private static void fill(Connection connection) throws SQLException {
    try (PreparedStatement fill =
        connection.prepareStatement(
            """
            insert into pieces
            select 'fwss/' || (100000 + n / 1000), n, 'b' || md5(n::text) || md5((n + 1)::text),
                   decode(md5(n::text), 'hex'), '0x', '{}', 1, n
              from generate_series(1, ?) n""")) {
      fill.setInt(1, PIECES);
      fill.executeUpdate();
    }
    try (PreparedStatement analyze = connection.prepareStatement("analyze pieces")) {
      analyze.execute();
    }
  }
}
