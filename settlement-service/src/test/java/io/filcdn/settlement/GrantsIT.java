package io.filcdn.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.settlement.model.Usage;
import io.filcdn.settlement.stage.OnStage;
import io.filcdn.settlement.stage.ServiceProcess;
import io.filcdn.settlement.stage.UsedDataSet;
import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.DevnetHistory;
import io.filcdn.testing.chain.DevnetOperator;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whatever metrics and whoever has the key say: no more is reported than was paid for. */
class GrantsIT extends OnStage {

  /** What 0.7 and 0.3 tokens pay for at 7 a TiB. */
  private static final long CDN_BYTES = 109_951_162_777L;

  private static final long CACHE_MISS_BYTES = 47_121_926_904L;
  private static final Map<String, String> HASTE =
      Map.of(
          "FILCDN_SETTLEMENT_LEDGER_GRANTS_GRACE", "0s",
          "FILCDN_SETTLEMENT_LEDGER_RECONCILE_EVERY", "1s");

  /** One byte too many of either kind, and what forgers claim: no sum may wrap or stop anything. */
  private static final List<Usage> TOO_MUCH =
      List.of(
          usage(CDN_BYTES + 1, 0),
          usage(CDN_BYTES, CACHE_MISS_BYTES + 1),
          usage(0, CACHE_MISS_BYTES + 1),
          usage(1L << 40, 1L << 40),
          usage(Long.MAX_VALUE, 0),
          usage(Long.MAX_VALUE, Long.MAX_VALUE));

  @Test
  void nothingIsReportedOfDataSetsThatUsedMoreThanWasPaidForAndTheOthersGoOn() {
    List<UsedDataSet> greedy =
        TOO_MUCH.stream()
            .map(
                usage ->
                    stage
                        .newDataSet()
                        .serve(usage.cdnBytes().bytes(), usage.cacheMissBytes().bytes()))
            .toList();
    UsedDataSet honest = stage.newDataSet().serve(CDN_BYTES, CACHE_MISS_BYTES);

    ServiceProcess service = stage.startService(HASTE).awaitReady();
    stage.letTimeRun();

    patiently().until(() -> honest.events(SettlementRecord.Settled.class).size() == 2);
    for (UsedDataSet dataSet : greedy) {
      patiently().until(() -> !dataSet.events(SettlementRecord.Failed.class).isEmpty());
      assertThat(dataSet.events(SettlementRecord.Failed.class))
          .extracting(SettlementRecord.Failed::reason)
          .containsExactly("beyond-grants");
      assertThat(service.log()).contains("alarm=set-aside dataSet=" + dataSet.id());
      assertThat(dataSet.reports()).isEmpty();
    }
    patiently()
        .untilAsserted(
            () ->
                assertThat(service.json("/api/v1/reconciliation").at("/differences"))
                    .filteredOn(each -> each.at("/kind").asText().equals("beyond-grants"))
                    .extracting(each -> each.at("/dataSet").asText())
                    .containsAll(greedy.stream().map(each -> each.id().toString()).toList()));
  }

  @Test
  void aLaterTopUpDoesNotPayForWhatWasNotPaidForWhenItWasUsed() {
    UsedDataSet greedy = stage.newDataSet().serve(CDN_BYTES + 1, 0);
    ServiceProcess service = stage.startService(HASTE).awaitReady();
    stage.letTimeRun();
    patiently().until(() -> greedy.events(SettlementRecord.Failed.class).size() == 1);

    stage
        .devnet()
        .asPayer(DevnetAccount.PAYER)
        .topUp(greedy.number(), Devnet.tokens("1"), BigInteger.ZERO);
    awaitPaidFor(service, greedy, "267024252459");
    UsedDataSet other = stage.newDataSet().serve(1, 0);
    patiently().until(() -> other.events(SettlementRecord.Reported.class).size() == 1);
    assertThat(greedy.reports()).isEmpty();

    service.order("/api/v1/admin/set-asides/retry?activity=report&dataSet=" + greedy.number());
    patiently().until(() -> greedy.reportedCdnBytes() == CDN_BYTES + 1);
  }

  @Test
  void anIndexThatIsAMomentBehindTheCountIsWaitedFor() {
    UsedDataSet dataSet = stage.newDataSet();
    stage.index().pause();
    stage
        .devnet()
        .asPayer(DevnetAccount.PAYER)
        .topUp(dataSet.number(), Devnet.tokens("1"), BigInteger.ZERO);
    dataSet.serve(CDN_BYTES + 1, 0);
    ServiceProcess service =
        stage.startService(Map.of("FILCDN_SETTLEMENT_LEDGER_GRANTS_GRACE", "5h")).awaitReady();
    stage.letTimeRun();
    patiently().until(() -> dataSet.events(SettlementRecord.Failed.class).size() == 1);
    assertThat(dataSet.reports()).isEmpty();

    stage.index().resume();
    awaitPaidFor(service, dataSet, "267024252459");
    // as if the grace were over
    stage.sql(
        "update set_aside set retry_at = now() where data_set = '%s'".formatted(dataSet.id()));

    patiently().until(() -> dataSet.reportedCdnBytes() == CDN_BYTES + 1);
  }

  @Test
  void whatPastOperatorsWereToldCountsTowardsWhatWasPaidFor() {
    UsedDataSet dataSet = stage.newDataSet();
    stage
        .devnet()
        .asOperator()
        .report(stage.devnet().epoch(), DevnetOperator.Rollup.of(dataSet.number(), CDN_BYTES, 0));
    String old = stage.devnet().contracts().filBeamOperator();
    String young = stage.devnet().deployOperator();
    stage.devnet().changeFwssController(old, young);
    stage.index().count(List.of(old, young));
    dataSet.serve(CDN_BYTES + 1, 0);
    String migrated = stage.networkFile("grants", List.of(old, young)).toString();

    stage.startService(Map.of("FILCDN_NETWORK", migrated)).awaitReady();
    stage.letTimeRun();

    patiently().until(() -> dataSet.events(SettlementRecord.Failed.class).size() == 1);
    assertThat(stage.devnet().history().usageReports(young, 0, stage.devnet().epoch()))
        .noneMatch(report -> report.dataSetId() == dataSet.number());
    stage.reset();
    stage.devnet().changeFwssController(young, old);
    stage.index().count(List.of(old));
  }

  @Test
  void aNetworkFileWithOtherPricesThanTheChainIsToldAndTheHigherPriceCounts() {
    UsedDataSet half = stage.newDataSet().serve(CDN_BYTES / 2, 0);
    UsedDataSet more = stage.newDataSet().serve(CDN_BYTES / 2 + 1, 0);
    ServiceProcess service =
        stage.startService(Map.of("FILCDN_NETWORK", twicePrices().toString())).awaitReady();
    stage.letTimeRun();

    patiently().until(() -> half.events(SettlementRecord.Settled.class).size() == 1);
    patiently().until(() -> more.events(SettlementRecord.Failed.class).size() == 1);
    assertThat(more.reports()).isEmpty();
    assertThat(half.settled(DevnetHistory.Settlement.Rails.CDN)).isEqualTo(owedFor(CDN_BYTES / 2));
    assertThat(service.log())
        .contains("alarm=price-mismatch expected 14000000000000000000 cdn")
        .contains("the price list has 7000000000000000000 cdn")
        .contains("the operator contract charges 6366462 and 6366462 for a byte");
    assertThat(service.metrics()).contains("filcdn_settlement_prices_differ 1.0");
  }

  @Test
  void whatThePriceOfOneOfManyDoesNotPayForIsReportedOnceTheyAgree() {
    UsedDataSet dataSet = stage.newDataSet().serve(CDN_BYTES / 2 + 1, 0);
    Map<String, String> disputed = new HashMap<>(HASTE);
    disputed.put("FILCDN_SETTLEMENT_LEDGER_SET_ASIDE_FOR", "1s");
    disputed.put("FILCDN_NETWORK", twicePrices().toString());
    ServiceProcess before = stage.startService(disputed).awaitReady();
    stage.letTimeRun();
    patiently().until(() -> dataSet.events(SettlementRecord.Failed.class).size() == 1);
    before.kill();
    assertThat(dataSet.reports()).isEmpty();

    stage.startService(HASTE).awaitReady();

    patiently().until(() -> dataSet.reportedCdnBytes() == CDN_BYTES / 2 + 1);
  }

  @Test
  void pricesThatAgreeAreNoAlarm() {
    ServiceProcess service = stage.startService().awaitReady();
    UsedDataSet dataSet = stage.newDataSet().serve(1, 0);
    stage.letTimeRun();

    patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 1);
    assertThat(service.log()).doesNotContain("alarm=price-mismatch");
    assertThat(service.metrics()).contains("filcdn_settlement_prices_differ 0.0");
  }

  @Test
  void anEpochOfTheFutureThatSomeoneReportedIsToldAndHoldsUpNobodyElse() {
    UsedDataSet ahead = stage.newDataSet();
    stage
        .devnet()
        .asOperator()
        .report(
            stage.devnet().epoch() + 1_000_000, DevnetOperator.Rollup.of(ahead.number(), 4000, 0));
    ahead.serve(9000, 0);
    UsedDataSet other = stage.newDataSet().serve(7000, 0);

    ServiceProcess service = stage.startService().awaitReady();
    stage.letTimeRun();

    patiently().until(() -> other.events(SettlementRecord.Settled.class).size() == 1);
    patiently().until(() -> ahead.events(SettlementRecord.Failed.class).size() == 1);
    assertThat(ahead.events(SettlementRecord.Failed.class).getFirst().reason())
        .isEqualTo("epoch-ahead");
    assertThat(service.log()).contains("alarm=set-aside dataSet=" + ahead.id());
    // what is owed is paid all the same
    patiently().until(() -> ahead.events(SettlementRecord.Settled.class).size() == 1);
    assertThat(ahead.reports()).hasSize(1);
  }

  /** A network file with twice the chain's prices. */
  private static Path twicePrices() {
    return stage.networkFile(
        "twice",
        Map.of(
            "reportEverySeconds",
            "2, \"rates\": {\"cdnPerTib\": \"14000000000000000000\", \"cacheMissPerTib\": \"7000000000000000000\"}"));
  }

  private static void awaitPaidFor(ServiceProcess service, UsedDataSet dataSet, String cdnBytes) {
    patiently()
        .until(
            () ->
                service
                    .json("/api/v1/data-sets/" + dataSet.number())
                    .at("/paidFor/cdnBytes")
                    .asText()
                    .equals(cdnBytes));
  }

  private static Usage usage(long cdn, long cacheMiss) {
    return new Usage(ByteCount.of(cdn), ByteCount.of(cacheMiss));
  }
}
