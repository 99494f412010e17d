package io.filcdn.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.filcdn.settlement.stage.ServiceProcess;
import io.filcdn.settlement.stage.Stage;
import io.filcdn.settlement.stage.UsedDataSet;
import io.filcdn.testing.bench.BenchReport;
import io.filcdn.testing.chain.DevnetHistory;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.utils.Numeric;

/**
 * Measures settlement on anvil. Its gas is the EVM's, not the FVM's. It is no test of every build:
 * {@code mvn verify -pl settlement-service -am -Dit.test=SettlementBench
 * -Dsurefire.failIfNoSpecifiedTests=false} runs it.
 */
class SettlementBench {

  private static final int DUE = Integer.getInteger("filcdn.bench.data-sets", 5_000);
  private static final int PLANNED = 100_000;

  /** How many data sets are made at a time: anvil gets slower with each block that it remembers. */
  private static final int IN_ONE_BLOCK = 500;

  @TempDir Path folder;

  @Test
  void transactionsOfFiveThousandDataSetsThatAreDue() throws IOException {
    try (Stage stage = Stage.open(folder)) {
      stage.index().pause(); // it would read the whole chain again at each block
      List<UsedDataSet> dataSets =
          IntStream.iterate(0, made -> made < DUE, made -> made + IN_ONE_BLOCK)
              .mapToObj(made -> stage.newDataSetsThatStay(Math.min(IN_ONE_BLOCK, DUE - made)))
              .flatMap(List::stream)
              .toList();
      dataSets.forEach(dataSet -> dataSet.serve(1_000_000 + dataSet.number(), dataSet.number()));
      ServiceProcess service =
          stage.startService(
              Map.of("FILCDN_SETTLEMENT_BROADCAST_MAX_PENDING", "10", ServiceProcess.TIER, "4"));
      long block = stage.devnet().epoch();
      long start = System.nanoTime();
      service.awaitReady();
      stage.letTimeRun();

      await()
          .atMost(Duration.ofMinutes(20))
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> reportsSince(stage, block) == DUE);

      Duration wall = Duration.ofNanos(System.nanoTime() - start);
      new BenchReport("settlement")
          .value(
              "transactions for %,d data sets due".formatted(DUE),
              transactions(stage, block).size(),
              "transactions")
          .value("EVM gas per data set", gas(stage, block).doubleValue() / DUE, "gas")
          .value("from start to the last block", wall.toMillis() / 1e3, "s")
          .note("gas is that of anvil's EVM, not the FVM's; the service's start is counted")
          .write();
      assertThat(
              stage.devnet().history().usageReports(block, stage.devnet().epoch()).stream()
                  .map(DevnetHistory.UsageReport::dataSetId))
          .doesNotHaveDuplicates()
          .containsExactlyInAnyOrderElementsOf(dataSets.stream().map(UsedDataSet::number).toList());
    }
  }

  @Test
  void planningOfAHundredThousandDataSets() throws Exception {
    try (Stage stage = Stage.open(folder)) {
      ServiceProcess service =
          stage
              .startService(
                  Map.of(
                      "FILCDN_SETTLEMENT_DRY_RUN",
                      "true",
                      ServiceProcess.HEAP,
                      "512m",
                      ServiceProcess.TIER,
                      "4"))
              .awaitReady();
      stage.database().execute(rows(PLANNED));
      stage.anvil().mine(20);

      long start = System.nanoTime();
      ValidatableResponse plan = service.order("/api/v1/admin/report?dust=0&dryRun=true");
      Duration wall = Duration.ofNanos(System.nanoTime() - start);

      new BenchReport("settlement-planning")
          .atMost(10, "planning of %,d data sets".formatted(PLANNED), wall.toMillis() / 1e3, "s")
          .note("with a heap of at most 512 MiB, and up to an answer that shows the first hundred")
          .write();
      plan.body("dataSets", equalTo(PLANNED));
    }
  }

  /** Odometers and index records of that many data sets that nobody reported yet. */
  private static String rows(int count) {
    return """
    insert into odometer (data_set, count_generation, cdn_bytes, cache_miss_bytes, as_of, unreported_since)
      select 'fwss/' || 1000000 + n, 1, 1000 + n, n, 5, 5 from generate_series(1, %1$d) n;
    insert into indexed_data_set (data_set, version, block, payer, with_cdn, deleted, cdn_rail,
        cache_miss_rail, reported_cdn_bytes, reported_cache_miss_bytes, settled_cdn, settled_cache_miss,
        granted_cdn_final, granted_cdn_unfinal, granted_cache_miss_final, granted_cache_miss_unfinal)
      select 'fwss/' || 1000000 + n, 1, 1, '0x00', true, false, n, n, 0, 0, 0, 0,
        power(10::numeric, 20), 0, power(10::numeric, 20), 0
      from generate_series(1, %1$d) n;
    """
        .formatted(count);
  }

  private static long reportsSince(Stage stage, long block) {
    return stage.devnet().history().usageReports(block, stage.devnet().epoch()).size();
  }

  private static List<String> transactions(Stage stage, long block) {
    return stage.devnet().history().usageReports(block, stage.devnet().epoch()).stream()
        .map(DevnetHistory.UsageReport::transactionHash)
        .distinct()
        .toList();
  }

  private static BigInteger gas(Stage stage, long block) {
    return transactions(stage, block).stream()
        .map(hash -> stage.devnet().rpc().call("eth_getTransactionReceipt", hash))
        .map(receipt -> Numeric.toBigInt(receipt.get("gasUsed").asString()))
        .reduce(BigInteger.ZERO, BigInteger::add);
  }
}
