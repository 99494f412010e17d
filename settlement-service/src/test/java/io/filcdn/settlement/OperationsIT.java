package io.filcdn.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.settlement.stage.OnStage;
import io.filcdn.settlement.stage.ServiceProcess;
import io.filcdn.settlement.stage.Stage;
import io.filcdn.settlement.stage.UsedDataSet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.DevnetHistory;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What happens to settlement over the years, and what operators do about it. */
class OperationsIT extends OnStage {

  @Test
  void operatorsCallsNeedTheTokenAndMakeSense() {
    ServiceProcess service = stage.startService().awaitReady();

    HttpResponse<String> refused = service.post("/api/v1/admin/report", "guessed");
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    assertThat(refused.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(refused.body()).contains("token-unknown");
    assertThat(service.post("/api/v1/admin/settle", "").statusCode()).isEqualTo(401);
    assertThat(service.post("/api/v1/admin/report?dust=-1", Stage.ADMIN_TOKEN).statusCode())
        .isEqualTo(400);
    assertThat(
            service.post("/api/v1/admin/set-asides/retry?activity=dance", Stage.ADMIN_TOKEN).body())
        .contains("activity-malformed");
  }

  @Test
  void withoutATokenOperatorsCallsAreRefused() {
    ServiceProcess service = stage.startService(Map.of("FILCDN_ADMIN_TOKEN", "")).awaitReady();

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

    assertThat(service.reportsOf(dataSet)).isEmpty();
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
    assertThat(dataSet.settled(DevnetHistory.Settlement.Rails.CDN)).isEqualTo(owedFor(5700));
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
                    "1s",
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
  void dataSetsThatAgreeAreShownAsSuch() {
    UsedDataSet dataSet = stage.newDataSet().serve(5000, 70);
    ServiceProcess service =
        stage.startService(Map.of("FILCDN_SETTLEMENT_LEDGER_RECONCILE_EVERY", "1s")).awaitReady();
    stage.letTimeRun();
    patiently().until(() -> dataSet.events(SettlementRecord.Settled.class).size() == 2);

    patiently()
        .untilAsserted(
            () -> {
              JsonNode reconciliation = service.json("/api/v1/reconciliation");
              JsonNode mine = service.json("/api/v1/data-sets/" + dataSet.number());
              assertThat(mine.at("/settled/cdn").asText())
                  .isEqualTo(dataSet.settled(DevnetHistory.Settlement.Rails.CDN).toString());
              assertThat(reconciliation.at("/differences").findValuesAsText("dataSet"))
                  .doesNotContain(dataSet.id().toString());
              assertThat(reconciliation.at("/totals/odometer/cdnBytes").asLong())
                  .isGreaterThanOrEqualTo(5000);
            });
    assertThat(service.get("/q/metrics").body())
        .contains("filcdn_settlement_reconciliation_differences{kind=\"money\"}");
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
}
