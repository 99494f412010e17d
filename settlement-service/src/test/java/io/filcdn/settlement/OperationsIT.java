package io.filcdn.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.settlement.stage.OnStage;
import io.filcdn.settlement.stage.RpcProxy;
import io.filcdn.settlement.stage.ServiceProcess;
import io.filcdn.settlement.stage.Stage;
import io.filcdn.settlement.stage.UsedDataSet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.DevnetHistory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What happens to settlement over the years, and what operators do about it. */
class OperationsIT extends OnStage {

  @Test
  void operatorsCallsNeedTheTokenAndMakeSense() {
    ServiceProcess service = stage.startService().awaitReady();

    service
        .givenToken("guessed")
        .post("/api/v1/admin/report")
        .then()
        .statusCode(401)
        .header("WWW-Authenticate", "Bearer")
        .header("Content-Type", "application/problem+json")
        .body("code", equalTo("token-unknown"));
    service.givenToken("").post("/api/v1/admin/settle").then().statusCode(401);
    service
        .givenToken(Stage.ADMIN_TOKEN)
        .post("/api/v1/admin/report?dust=-1")
        .then()
        .statusCode(400);
    service
        .givenToken(Stage.ADMIN_TOKEN)
        .post("/api/v1/admin/set-asides/retry?activity=dance")
        .then()
        .body("code", equalTo("activity-malformed"));
  }

  @Test
  void withoutATokenOperatorsCallsAreRefused() {
    ServiceProcess service = stage.startService(Map.of("FILCDN_ADMIN_TOKEN", "")).awaitReady();

    service.givenToken("").post("/api/v1/admin/report").then().statusCode(401);
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
    // both pass with the settlement of what is left: this is dust, for which no block comes
    stage.stopTime();
    dataSet.serve(700, 0);
    AtomicBoolean measured = new AtomicBoolean();
    AtomicBoolean listed = new AtomicBoolean();
    patiently()
        .until(
            () -> {
              String gauge = "(?s).*filcdn_settlement_rail_deadline_seconds [1-9].*";
              List<String> deadlines =
                  service.given().get("/api/v1/backlog").path("deadlines.dataSet");
              listed.compareAndSet(false, deadlines.contains(dataSet.id().toString()));
              measured.compareAndSet(false, service.metrics().matches(gauge));
              return listed.get() && measured.get();
            });
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
              service
                  .given()
                  .get("/api/v1/data-sets/" + dataSet.number())
                  .then()
                  .body(
                      "settled.cdn",
                      equalTo(dataSet.settled(DevnetHistory.Settlement.Rails.CDN).toString()));
              service
                  .given()
                  .get("/api/v1/reconciliation")
                  .then()
                  .body("differences.dataSet", not(hasItem(dataSet.id().toString())))
                  .body("totals.odometer.cdnBytes.toLong()", greaterThanOrEqualTo(5000L));
            });
    assertThat(service.metrics())
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
    String young = newOperator();
    dataSet.serve(111, 22);

    ServiceProcess after = startMigrated(young, Map.of());
    stage.letTimeRun();

    patiently().until(() -> dataSet.events(SettlementRecord.Settled.class).size() == 4);
    assertThat(dataSet.reports()).hasSize(1);
    assertReportsTo(young, dataSet, "111 22");
    after.kill();
    dismiss(young);
  }

  @Test
  void aReportToAPastOperatorContractIsJudgedThere() {
    UsedDataSet dataSet = stage.newDataSet().serve(5000, 300);
    ServiceProcess before = stage.startService().awaitReady();
    stage.proxy().afterNextSend(before::destroy);
    patiently().until(() -> !before.isAlive());
    patiently().until(() -> dataSet.reports().size() == 1);
    String young = newOperator();
    dataSet.serve(111, 22);

    ServiceProcess after = startMigrated(young, Map.of());
    stage.letTimeRun();

    patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 2);
    assertThat(after.reportStatesOf(dataSet)).containsExactly("final", "final");
    assertReportsTo(young, dataSet, "111 22");
    after.kill();
    dismiss(young);
  }

  @Test
  void aReportThatWaitsForAPastOperatorContractIsReplacedThere() {
    UsedDataSet dataSet = stage.newDataSet().serve(5000, 300);
    stage.proxy().setSends(RpcProxy.Sends.LOST);
    ServiceProcess before = stage.startService().awaitReady();
    patiently().until(() -> before.reportStatesOf(dataSet).equals(List.of("signed")));
    before.kill();
    stage.proxy().heal();
    String young = newOperator();
    stage.stopTime();

    ServiceProcess after =
        startMigrated(young, Map.of("FILCDN_SETTLEMENT_BROADCAST_STUCK_AFTER", "2s"));
    patiently().until(() -> after.reportsOf(dataSet).getFirst().at("/attempts").size() > 1);
    stage.letTimeRun();

    patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 1);
    assertThat(dataSet.reports())
        .extracting(report -> report.cdnBytes() + " " + report.cacheMissBytes())
        .containsExactly("5000 300");
    after.kill();
    dismiss(young);
  }

  @Test
  @Tag("slow")
  void moreDataSetsThatCannotWaitThanAStatementHasParametersForHoldUpNobody() {
    ServiceProcess service = stage.startService(Map.of(ServiceProcess.HEAP, "512m")).awaitReady();
    stage.sql(sanctioned(70_000));

    UsedDataSet dataSet = stage.newDataSet().serve(5000, 0);
    stage.letTimeRun();

    patiently().until(() -> dataSet.events(SettlementRecord.Settled.class).size() == 1);
    String all = "?activity=settle-cdn";
    service.order("/api/v1/admin/set-asides/retry" + all).body("dataSets.size()", equalTo(70_000));
    service.order("/api/v1/admin/set-asides/release" + all);
    service.order("/api/v1/admin/set-asides/release" + all).body("dataSets", empty());
    service.kill();
    stage.sql(
        "delete from set_aside where data_set like 'fwss/99_____'",
        "delete from odometer where data_set like 'fwss/99_____'",
        "delete from indexed_data_set where data_set like 'fwss/99_____'");
  }

  private static void assertReportsTo(String operator, UsedDataSet dataSet, String bytes) {
    assertThat(stage.devnet().history().usageReports(operator, 0, stage.devnet().epoch()))
        .filteredOn(report -> report.dataSetId() == dataSet.number())
        .extracting(report -> report.cdnBytes() + " " + report.cacheMissBytes())
        .containsExactly(bytes);
  }

  /** Another operator contract, which FWSS obeys from now on. */
  private static String newOperator() {
    String old = stage.devnet().contracts().filBeamOperator();
    String young = stage.devnet().deployOperator();
    stage.devnet().changeFwssController(old, young);
    stage.index().count(List.of(old, young));
    return young;
  }

  /** A service that knows both operator contracts, and that {@code young} is in office. */
  private static ServiceProcess startMigrated(String young, Map<String, String> different) {
    String old = stage.devnet().contracts().filBeamOperator();
    Map<String, String> environment = new HashMap<>(different);
    environment.put(
        "FILCDN_NETWORK", stage.networkFile("migrated", List.of(old, young)).toString());
    return stage.startService(environment).awaitReady();
  }

  /** The stage's own operator contract is in office again. */
  private static void dismiss(String young) {
    String old = stage.devnet().contracts().filBeamOperator();
    stage.holdTime();
    stage.devnet().changeFwssController(young, old);
    stage.index().count(List.of(old));
  }

  /** Data sets of a sanctioned payer, of which nothing was used; their CDN does not end by us. */
  private static String sanctioned(int count) {
    return """
    insert into payer (address, version, sanctioned, sanctioned_since) values ('0x99', 1, true, now());
    insert into odometer (data_set, count_generation, cdn_bytes, cache_miss_bytes, as_of)
      select 'fwss/' || 9900000 + n, 1, 0, 0, 5 from generate_series(1, %1$d) n;
    insert into indexed_data_set (data_set, version, block, payer, with_cdn, deleted, cdn_rail,
        cache_miss_rail, reported_cdn_bytes, reported_cache_miss_bytes, settled_cdn, settled_cache_miss,
        granted_cdn_final, granted_cdn_unfinal, granted_cache_miss_final, granted_cache_miss_unfinal)
      select 'fwss/' || 9900000 + n, 1, 1, '0x99', true, false, n, n, 0, 0, 0, 0, 0, 0, 0, 0
      from generate_series(1, %1$d) n;
    insert into set_aside (data_set, activity, reason, message, since)
      select 'fwss/' || 9900000 + n, activity, 'reverted', 'by this test', now()
      from generate_series(1, %1$d) n, (values ('terminate'), ('settle-cdn')) of (activity);
    """
        .formatted(count);
  }
}
