package io.filcdn.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.settlement.stage.RemoteSigner;
import io.filcdn.settlement.stage.RpcProxy;
import io.filcdn.settlement.stage.ServiceProcess;
import io.filcdn.settlement.stage.Stage;
import io.filcdn.settlement.stage.UsedDataSet;
import io.filcdn.stack.chain.Devnet;
import io.filcdn.stack.chain.DevnetAccount;
import io.filcdn.stack.chain.DevnetContracts;
import io.filcdn.stack.chain.DevnetHistory;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What happens to settlement over the years, and what operators do about it. */
class OperationsIT {

  @TempDir static Path folder;

  private static Stage stage;

  @BeforeAll
  static void open() {
    stage = Stage.open(folder);
  }

  @AfterEach
  void reset() {
    stage.reset();
  }

  @AfterAll
  static void close() throws IOException {
    stage.close();
  }

  @Test
  void aTransactionThatNoBlockTakesIsReplacedForMoreWithTheSameNonce() {
    UsedDataSet dataSet = stage.newDataSet().serve(5000, 0);
    stage.anvil().mine(3);
    stage.stopTime();
    ServiceProcess service =
        stage.startService(Map.of("FILCDN_SETTLEMENT_BROADCAST_STUCK_AFTER", "PT2S")).awaitReady();
    patiently()
        .until(
            () ->
                reportsOf(service, dataSet).stream()
                    .anyMatch(report -> report.at("/attempts").size() > 1));

    stage.letTimeRun();

    patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 1);
    assertThat(dataSet.reports()).hasSize(1);
    assertThat(reportsOf(service, dataSet)).hasSize(1);
    JsonNode attempts = reportsOf(service, dataSet).getFirst().at("/attempts");
    for (int i = 1; i < attempts.size(); i++) {
      for (String fee : List.of("maxFeePerGas", "maxPriorityFeePerGas")) {
        BigInteger before = new BigInteger(attempts.get(i - 1).at("/" + fee).asText());
        BigInteger after = new BigInteger(attempts.get(i).at("/" + fee).asText());
        assertThat(after.multiply(BigInteger.valueOf(4)))
            .isGreaterThanOrEqualTo(
                before.multiply(BigInteger.valueOf(5)).add(BigInteger.valueOf(4)));
      }
    }
    assertThat(attempts)
        .extracting(attempt -> attempt.at("/state").asText())
        .containsOnlyOnce("final")
        .contains("replaced");
    assertThat(reportsOf(service, dataSet).getFirst().at("/feePaid").asText()).isNotEqualTo("0");
    assertThat(service.log()).contains("alarm=stuck");
  }

  @Test
  void nothingIsSignedWhileGasCostsMoreThanTheCap() {
    UsedDataSet dataSet = stage.newDataSet().serve(5000, 0);
    ServiceProcess service =
        stage.startService(Map.of("FILCDN_SETTLEMENT_FEES_MAX_FEE_PER_GAS", "1")).awaitReady();
    stage.letTimeRun();

    patiently().until(() -> service.log().contains("alarm=fee-ceiling"));

    assertThat(dataSet.reports()).isEmpty();
    assertThat(reportsOf(service, dataSet)).isEmpty();
  }

  @Test
  void nothingIsSignedThatTheAccountCannotPayFor() {
    UsedDataSet dataSet = stage.newDataSet().serve(5000, 0);
    stage.anvil().setBalance(DevnetAccount.OPERATOR.address(), BigInteger.TEN);
    ServiceProcess service = stage.startService().awaitReady();
    stage.letTimeRun();
    patiently().until(() -> service.log().contains("alarm=no-funds"));
    patiently().until(() -> service.log().contains("alarm=low-balance"));
    assertThat(dataSet.reports()).isEmpty();

    stage.anvil().setBalance(DevnetAccount.OPERATOR.address(), Devnet.tokens("100"));

    patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 1);
  }

  @ParameterizedTest
  @CsvSource({
    "10, 5, not signed yet: expected nonce",
    "2, 2, too many transactions wait for a block",
  })
  void onlySoManyTransactionsWaitForABlock(int most, int waiting, String why) {
    List<UsedDataSet> dataSets = IntStream.range(0, 7).mapToObj(_ -> stage.newDataSet()).toList();
    ServiceProcess service =
        stage
            .startService(
                Map.of(
                    "FILCDN_SETTLEMENT_BATCH_MAX_DATA_SETS",
                    "1",
                    "FILCDN_SETTLEMENT_BROADCAST_MAX_PENDING",
                    Integer.toString(most)))
            .awaitReady();

    stage.letTimeRun();
    patiently().until(() -> waitingForABlock(service) == 0);
    stage.stopTime();

    dataSets.forEach(dataSet -> dataSet.serve(5000, 0));

    patiently().until(() -> service.log().contains(why));
    assertThat(waitingForABlock(service)).isEqualTo(waiting);

    stage.letTimeRun();
    patiently()
        .untilAsserted(
            () -> assertThat(dataSets).allSatisfy(one -> assertThat(one.reports()).hasSize(1)));
  }

  @Test
  void dustWaitsNoLongerThanItMay() {
    UsedDataSet dust = stage.newDataSet().serve(99, 0);
    stage
        .startService(
            Map.of(
                "FILCDN_SETTLEMENT_DUE_DUST", "100", "FILCDN_SETTLEMENT_DUE_DUST_MAX_AGE", "PT5S"))
        .awaitReady();
    stage.letTimeRun();

    patiently().until(() -> dust.reports().size() == 1);
  }

  @Test
  void dustWaitsUntilAnOperatorHasItReported() {
    UsedDataSet dust = stage.newDataSet().serve(99, 0);
    UsedDataSet enough = stage.newDataSet().serve(60, 40);
    ServiceProcess service =
        stage.startService(Map.of("FILCDN_SETTLEMENT_DUE_DUST", "100")).awaitReady();
    stage.letTimeRun();
    patiently().until(() -> enough.events(SettlementRecord.Reported.class).size() == 1);
    assertThat(dust.reports()).isEmpty();

    JsonNode planned = service.post("/api/v1/admin/report?dust=0&dryRun=true");
    assertThat(planned.at("/ordered").asBoolean()).isFalse();
    assertThat(planned.at("/items/0/dataSet").asText()).isEqualTo(dust.id().toString());
    assertThat(planned.at("/usage/cdnBytes").asText()).isEqualTo("99");
    assertThat(service.post("/api/v1/admin/report?dust=0").at("/ordered").asBoolean()).isTrue();

    patiently().until(() -> dust.events(SettlementRecord.Reported.class).size() == 1);
    assertThat(service.post("/api/v1/admin/settle?dryRun=true").at("/ordered").asBoolean())
        .isFalse();
  }

  @Test
  void operatorsCallsNeedTheTokenAndMakeSense() {
    ServiceProcess service = stage.startService().awaitReady();

    assertThat(service.post("/api/v1/admin/report", "guessed").statusCode()).isEqualTo(401);
    assertThat(service.post("/api/v1/admin/settle", "").statusCode()).isEqualTo(401);
    assertThat(service.post("/api/v1/admin/report?dust=-1", Stage.ADMIN_TOKEN).statusCode())
        .isEqualTo(400);
    assertThat(
            service.post("/api/v1/admin/set-asides/retry?activity=dance", Stage.ADMIN_TOKEN).body())
        .contains("bad-activity");
  }

  @Test
  void withoutATokenOperatorsCallsAreRefused() {
    ServiceProcess service =
        stage.startService(Map.of("FILCDN_SETTLEMENT_ADMIN_TOKEN", "")).awaitReady();

    assertThat(service.post("/api/v1/admin/report", "").statusCode()).isEqualTo(401);
  }

  @Test
  void aDryRunTellsWhatItWouldSignAndSignsNothing() {
    UsedDataSet dataSet = stage.newDataSet().serve(5000, 0);
    ServiceProcess service =
        stage.startService(Map.of("FILCDN_SETTLEMENT_DRY_RUN", "true")).awaitReady();
    stage.letTimeRun();

    patiently()
        .until(
            () ->
                service
                    .log()
                    .contains("dry run: would sign activity=report dataSets=[" + dataSet.id()));

    assertThat(reportsOf(service, dataSet)).isEmpty();
    assertThat(dataSet.reports()).isEmpty();
  }

  @Test
  void theCdnOfASanctionedPayerEndsOnceAllIsPaidAndTheTailIsPaidToo() {
    UsedDataSet dataSet = stage.newDataSet(DevnetAccount.SECOND_PAYER).serve(5000, 2000);
    stage.startService().awaitReady();
    stage.letTimeRun();
    patiently().until(() -> dataSet.events(SettlementRecord.Settled.class).size() == 2);

    stage.index().sanction(DevnetAccount.SECOND_PAYER.address());

    patiently().until(() -> dataSet.events(SettlementRecord.Terminated.class).size() == 1);
    assertThat(stage.devnet().reads().rail(dataSet.onChain().cdnRailId()).endEpoch()).isPositive();
    dataSet.serve(700, 0);
    patiently().until(() -> dataSet.events(SettlementRecord.Settled.class).size() == 3);
    assertThat(dataSet.settled(DevnetHistory.Settlement.Rails.CDN))
        .isEqualTo(DevnetContracts.RATE_PER_BYTE.multiply(BigInteger.valueOf(5700)));
    assertThat(dataSet.events(SettlementRecord.Terminated.class)).hasSize(1);
  }

  @Test
  void theCdnOfASanctionedPayerEndsInTimeWhateverIsLeftToReport() {
    UsedDataSet dataSet = stage.newDataSet(DevnetAccount.SECOND_PAYER).serve(5000, 0);
    stage.index().sanction(DevnetAccount.SECOND_PAYER.address());
    ServiceProcess service =
        stage
            .startService(
                Map.of(
                    "FILCDN_SETTLEMENT_DUE_TERMINATE_WITHIN",
                    "PT1S",
                    "FILCDN_SETTLEMENT_DUE_DUST",
                    "1000000"))
            .awaitReady();
    stage.letTimeRun();

    patiently().until(() -> dataSet.events(SettlementRecord.Terminated.class).size() == 1);
    patiently()
        .until(
            () ->
                service
                    .get("/q/metrics")
                    .body()
                    .lines()
                    .anyMatch(
                        line -> line.matches("filcdn_settlement_rail_deadline_seconds [1-9].*")));
  }

  @Test
  void aReportThatTheIndexLostIsNotReportedAgain() {
    UsedDataSet dataSet = stage.newDataSet().serve(5000, 0);
    ServiceProcess service =
        stage
            .startService(
                Map.of(
                    "FILCDN_SETTLEMENT_DUE_INDEX_GRACE",
                    "PT2S",
                    "FILCDN_SETTLEMENT_LEDGER_SET_ASIDE_FOR",
                    "PT2S"))
            .awaitReady();
    stage.index().pause();
    stage.letTimeRun();
    patiently().until(() -> dataSet.reports().size() == 1);
    stage.index().lose(dataSet.reports().getFirst().transactionHash());
    stage.index().resume();
    patiently()
        .until(
            () ->
                dataSet.events(SettlementRecord.Failed.class).stream()
                    .anyMatch(failed -> failed.reason().equals("report-not-indexed")));
    dataSet.serve(100, 0);
    UsedDataSet other = stage.newDataSet().serve(1, 0);
    patiently().until(() -> other.events(SettlementRecord.Reported.class).size() == 1);
    assertThat(dataSet.reports()).hasSize(1);
    assertThat(service.json("/api/v1/set-asides").findValuesAsText("dataSet"))
        .contains(dataSet.id().toString());

    stage.index().findAgain();

    patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 2);
    assertThat(dataSet.reports())
        .extracting(report -> report.cdnBytes().intValue())
        .containsExactly(5000, 100);
  }

  @Test
  void aReportWhoseNonceAnotherTransactionTookIsDueAgain() {
    UsedDataSet dataSet = stage.newDataSet().serve(5000, 0);
    stage.proxy().setSends(RpcProxy.Sends.LOST);
    ServiceProcess service = stage.startService().awaitReady();
    patiently().until(() -> statesOf(service, dataSet).equals(List.of("signed")));

    stage.devnet().send(DevnetAccount.OPERATOR.address(), DevnetAccount.OUTSIDER.address(), "0x");
    stage.proxy().heal();
    stage.letTimeRun();

    patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 1);
    assertThat(dataSet.reports()).hasSize(1);
    assertThat(statesOf(service, dataSet)).containsExactly("final", "dropped");
  }

  @Test
  void booksThatAgreeAreShownAsSuch() {
    UsedDataSet dataSet = stage.newDataSet().serve(5000, 70);
    ServiceProcess service =
        stage.startService(Map.of("FILCDN_SETTLEMENT_LEDGER_RECONCILE_EVERY", "PT1S")).awaitReady();
    stage.letTimeRun();
    patiently().until(() -> dataSet.events(SettlementRecord.Settled.class).size() == 2);

    patiently()
        .untilAsserted(
            () -> {
              JsonNode books = service.json("/api/v1/reconciliation");
              JsonNode mine = service.json("/api/v1/data-sets/" + dataSet.number());
              assertThat(mine.at("/settled/cdn").asText())
                  .isEqualTo(dataSet.settled(DevnetHistory.Settlement.Rails.CDN).toString());
              assertThat(books.at("/differences").findValuesAsText("dataSet"))
                  .doesNotContain(dataSet.id().toString());
              assertThat(books.at("/totals/odometer/cdnBytes").asLong())
                  .isGreaterThanOrEqualTo(5000);
            });
    assertThat(service.get("/q/metrics").body())
        .contains("filcdn_settlement_reconciliation_differences{kind=\"money\"}");
  }

  @Test
  void aServiceWithARemoteSignerSignsThere() throws IOException {
    UsedDataSet dataSet = stage.newDataSet().serve(5000, 0);
    try (RemoteSigner signer = RemoteSigner.of(DevnetAccount.OPERATOR)) {
      ServiceProcess service =
          stage
              .startService(
                  Map.of(
                      "FILCDN_OPERATOR_KEY",
                      "",
                      "FILCDN_SETTLEMENT_KEY_SIGNER_URL",
                      signer.url(),
                      "FILCDN_SETTLEMENT_KEY_SIGNER_ADDRESS",
                      DevnetAccount.OPERATOR.address()))
              .awaitReady();
      stage.letTimeRun();

      patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 1);
      assertThat(service.log()).contains("key=" + DevnetAccount.OPERATOR.address());
    }
  }

  @Test
  void anotherOperatorContractReportsNothingTwice() {
    UsedDataSet dataSet = stage.newDataSet().serve(5000, 300);
    ServiceProcess before = stage.startService().awaitReady();
    stage.letTimeRun();
    patiently().until(() -> dataSet.events(SettlementRecord.Settled.class).size() == 2);
    before.kill();
    stage.holdTime();
    String old = stage.devnet().contracts().filBeamOperator();
    String young = stage.devnet().deployOperator();
    stage.devnet().changeFwssController(old, young);
    stage.index().count(List.of(old, young));
    dataSet.serve(111, 22);

    String migrated = stage.networkFile("migrated", List.of(old, young)).toString();
    ServiceProcess after = stage.startService(Map.of("FILCDN_NETWORK", migrated)).awaitReady();
    stage.letTimeRun();

    patiently().until(() -> dataSet.events(SettlementRecord.Settled.class).size() == 4);
    assertThat(dataSet.reports()).hasSize(1);
    assertThat(stage.devnet().history().usageReports(young, 0, stage.devnet().epoch()))
        .filteredOn(report -> report.dataSetId() == dataSet.number())
        .extracting(report -> report.cdnBytes() + " " + report.cacheMissBytes())
        .containsExactly("111 22");
    after.kill();
    stage.holdTime();
    stage.devnet().changeFwssController(young, old);
    stage.index().count(List.of(old));
  }

  private static ConditionFactory patiently() {
    return await().atMost(Duration.ofMinutes(4)).pollInterval(Duration.ofMillis(200));
  }

  /** The reports that concern a data set, newest first. */
  private static long waitingForABlock(ServiceProcess service) {
    return StreamSupport.stream(
            service.json("/api/v1/transactions?limit=100").at("/transactions").spliterator(), false)
        .map(transaction -> transaction.at("/state").asText())
        .filter(state -> state.equals("signed") || state.equals("broadcast"))
        .count();
  }

  private static List<JsonNode> reportsOf(ServiceProcess service, UsedDataSet dataSet) {
    return StreamSupport.stream(
            service.json("/api/v1/transactions?limit=100").at("/transactions").spliterator(), false)
        .filter(transaction -> transaction.at("/activity").asText().equals("report"))
        .filter(
            transaction ->
                transaction
                    .at("/dataSets")
                    .findValuesAsText("dataSet")
                    .contains(dataSet.id().toString()))
        .toList();
  }

  private static List<String> statesOf(ServiceProcess service, UsedDataSet dataSet) {
    return reportsOf(service, dataSet).stream()
        .map(transaction -> transaction.at("/state").asText())
        .toList();
  }
}
