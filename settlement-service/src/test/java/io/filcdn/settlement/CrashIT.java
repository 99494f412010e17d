package io.filcdn.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.hasItem;

import com.fasterxml.jackson.databind.JsonNode;
import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.settlement.stage.OnStage;
import io.filcdn.settlement.stage.RpcProxy;
import io.filcdn.settlement.stage.ServiceProcess;
import io.filcdn.settlement.stage.UsedDataSet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.DevnetHistory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What happens when a process, the node, the index or a block is lost. */
class CrashIT extends OnStage {

  @Test
  void onlyWhatWasNotReportedBeforeIsReportedAcrossRestarts() {
    UsedDataSet dataSet = stage.newDataSet().serve(1000, 10);
    ServiceProcess first = stage.startService().awaitReady();
    stage.letTimeRun();
    patiently().until(() -> dataSet.reports().size() == 1);
    first.kill();
    dataSet.serve(500, 0);

    stage.startService().awaitReady();

    patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 2);
    assertThat(dataSet.reports())
        .extracting(report -> report.cdnBytes() + " " + report.cacheMissBytes())
        .containsExactly("1000 10", "500 0");
    assertThat(dataSet.reports().get(1).fromEpoch())
        .isEqualTo(dataSet.reports().get(0).toEpoch() + 1);
  }

  @Test
  void anEndThatIsAskedForComesSoonAndWithoutErrors() {
    UsedDataSet dataSet = stage.newDataSet().serve(1000, 10);
    ServiceProcess service = stage.startService().awaitReady();
    stage.letTimeRun();
    patiently().until(() -> dataSet.reports().size() == 1);

    service.end();

    assertThat(service.log()).contains("stopped in").doesNotContain("ERROR");
  }

  @Test
  void bytesThatWereStoredButNotSentAreSentByTheNextProcess() {
    UsedDataSet dataSet = stage.newDataSet().serve(2000, 0);
    stage.proxy().setSends(RpcProxy.Sends.LOST);
    ServiceProcess first = stage.startService().awaitReady();
    stage.letTimeRun();
    patiently().until(() -> first.reportStatesOf(dataSet).equals(List.of("signed")));
    String stored = hashOf(first.transactionsOf(dataSet).getFirst());
    first.kill();
    stage.proxy().setSends(RpcProxy.Sends.PASS);

    ServiceProcess second = stage.startService().awaitReady();

    patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 1);
    assertThat(dataSet.reports())
        .extracting(DevnetHistory.UsageReport::transactionHash)
        .containsExactly(stored);
    assertThat(second.transactionsOf(dataSet).getLast().at("/attempts")).hasSize(1);
  }

  @Test
  void bytesThatTheNodeTookWithoutAnsweringAreNotReportedAgain() {
    UsedDataSet dataSet = stage.newDataSet().serve(3000, 0);
    stage.proxy().setSends(RpcProxy.Sends.UNANSWERED);
    ServiceProcess first = stage.startService().awaitReady();
    stage.letTimeRun();
    patiently().until(() -> dataSet.reports().size() == 1);
    first.kill();
    stage.proxy().setSends(RpcProxy.Sends.PASS);

    stage.startService().awaitReady();

    patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 1);
    assertThat(dataSet.reports()).hasSize(1);
  }

  @Test
  void aTransactionThatWaitsForABlockIsFollowedByTheNextProcess() {
    UsedDataSet dataSet = stage.newDataSet().serve(4000, 0);
    stage.anvil().mine(3);
    stage.stopTime();
    ServiceProcess first = stage.startService().awaitReady();
    patiently().until(() -> first.reportStatesOf(dataSet).equals(List.of("broadcast")));
    first.kill();

    stage.startService().awaitReady();
    stage.letTimeRun();

    patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 1);
    assertThat(dataSet.reports()).hasSize(1);
  }

  @Test
  void aTransactionThatAReorgTookAwayGoesOutAgain() {
    UsedDataSet dataSet = stage.newDataSet().serve(5000, 0);
    stage.anvil().mine(3);
    stage.stopTime();
    ServiceProcess service = stage.startService().awaitReady();
    patiently().until(() -> service.reportStatesOf(dataSet).equals(List.of("broadcast")));
    stage.anvil().mine(1);
    patiently().until(() -> service.reportStatesOf(dataSet).equals(List.of("included")));
    String sent = hashOf(service.transactionsOf(dataSet).getLast());

    stage.anvil().reorg(1);

    patiently().until(() -> service.reportStatesOf(dataSet).equals(List.of("broadcast")));
    stage.letTimeRun();
    patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 1);
    assertThat(dataSet.reports())
        .extracting(DevnetHistory.UsageReport::transactionHash)
        .containsExactly(sent);
  }

  @Test
  void twoProcessesAtOnceReportOnce() {
    ServiceProcess one = stage.startService();
    ServiceProcess two = stage.startService();
    one.awaitReady();
    two.awaitReady();
    stage.letTimeRun();
    List<UsedDataSet> dataSets =
        List.of(stage.newDataSet(), stage.newDataSet(), stage.newDataSet());

    for (int round = 0; round < 4; round++) {
      int reported = round + 1;
      dataSets.forEach(dataSet -> dataSet.serve(100, 50));
      patiently()
          .until(
              () ->
                  dataSets.stream()
                      .allMatch(dataSet -> dataSet.reportedCdnBytes() == 100L * reported));
    }

    patiently()
        .until(
            () ->
                dataSets.stream()
                    .allMatch(
                        dataSet ->
                            dataSet
                                .settled(DevnetHistory.Settlement.Rails.CDN)
                                .equals(owedFor(400))));
    assertThat(dataSets)
        .allSatisfy(dataSet -> assertThat(dataSet.reportedCdnBytes()).isEqualTo(400));
  }

  @Test
  void aReportThatTheIndexLostIsNotReportedAgain() {
    UsedDataSet dataSet = stage.newDataSet().serve(5000, 0);
    ServiceProcess service =
        stage
            .startService(
                Map.of(
                    "FILCDN_SETTLEMENT_DUE_INDEX_GRACE",
                    "2s",
                    "FILCDN_SETTLEMENT_LEDGER_SET_ASIDE_FOR",
                    "2s"))
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
    service
        .given()
        .get("/api/v1/set-asides")
        .then()
        .body("dataSet", hasItem(dataSet.id().toString()));

    stage.index().findAgain();

    patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 2);
    assertThat(dataSet.reports())
        .extracting(report -> report.cdnBytes().intValue())
        .containsExactly(5000, 100);
  }

  @Test
  void aReportOfWhichNoNodeTellsAnythingAnyMoreStaysOpenAndHoldsUpNobodyElse() {
    UsedDataSet untold = stage.newDataSet().serve(5000, 0);
    ServiceProcess before = stage.startService().awaitReady();
    stage.proxy().afterNextSend(before::destroy);
    patiently().until(() -> !before.isAlive());
    patiently().until(() -> untold.reports().size() == 1);
    stage.anvil().mine(20);
    stage.proxy().forgetBlocksBefore(stage.devnet().epoch() - 9);
    untold.serve(70, 0);
    UsedDataSet other = stage.newDataSet().serve(7000, 0);

    ServiceProcess service =
        stage.startService(Map.of("FILCDN_SETTLEMENT_BROADCAST_MAX_PENDING", "1")).awaitReady();
    stage.letTimeRun();

    patiently().until(() -> other.events(SettlementRecord.Settled.class).size() == 1);
    patiently().until(() -> service.log().contains("alarm=contradiction transaction="));
    assertThat(service.reportStatesOf(untold)).containsExactly("included");
    assertThat(untold.reports()).hasSize(1);

    stage.proxy().heal();

    patiently().until(() -> untold.events(SettlementRecord.Reported.class).size() == 2);
    assertThat(untold.reports())
        .extracting(report -> report.cdnBytes().intValue())
        .containsExactly(5000, 70);
  }

  @Test
  void aReportWhoseNonceAnotherTransactionTookIsDueAgain() {
    UsedDataSet dataSet = stage.newDataSet().serve(5000, 0);
    stage.proxy().setSends(RpcProxy.Sends.LOST);
    ServiceProcess service = stage.startService().awaitReady();
    patiently().until(() -> service.reportStatesOf(dataSet).equals(List.of("signed")));

    stage.devnet().send(DevnetAccount.OPERATOR.address(), DevnetAccount.OUTSIDER.address(), "0x");
    stage.proxy().heal();
    stage.letTimeRun();

    patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 1);
    assertThat(dataSet.reports()).hasSize(1);
    assertThat(service.reportStatesOf(dataSet)).containsExactly("final", "dropped");
  }

  private static String hashOf(JsonNode transaction) {
    return transaction.at("/attempts/0/hash").asText();
  }
}
