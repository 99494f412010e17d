package io.filcdn.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.settlement.stage.OnStage;
import io.filcdn.settlement.stage.RpcProxy;
import io.filcdn.settlement.stage.ServiceProcess;
import io.filcdn.settlement.stage.UsedDataSet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.DevnetHistory;
import io.filcdn.testing.chain.DevnetOperator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Data sets whose storage ends: what is owed is paid before they are deleted, or told as lost. */
class DeletionIT extends OnStage {

  private static final Map<String, String> HASTE =
      Map.of("FILCDN_SETTLEMENT_LEDGER_RECONCILE_EVERY", "1s");

  /** Has a service report and settle once, so that its usual time to do so is far off again. */
  private static void settleAndHoldTime() {
    UsedDataSet first = stage.newDataSet().serve(5000, 100);
    ServiceProcess before = stage.startService().awaitReady();
    stage.letTimeRun();
    patiently().until(() -> first.events(SettlementRecord.Settled.class).size() == 2);
    before.kill();
    stage.holdTime();
  }

  @Test
  void aDataSetWhoseStorageEndedIsReportedAndPaidAtOnce() {
    settleAndHoldTime();
    UsedDataSet ended = stage.newDataSet().serve(7000, 200);
    UsedDataSet other = stage.newDataSet().serve(7000, 200);
    stage.devnet().asProvider(DevnetAccount.PROVIDER).terminateServiceAtOnce(ended.number());

    ServiceProcess rarely = startRarely();
    stage.letTimeRun();

    patiently().until(() -> ended.events(SettlementRecord.Settled.class).size() == 2);
    assertThat(ended.settled(DevnetHistory.Settlement.Rails.CDN)).isEqualTo(owedFor(7000));
    assertThat(other.reports()).isEmpty();
    rarely.kill();
    // nothing is left for the other tests
    stage.startService().awaitReady();
    patiently().until(() -> other.events(SettlementRecord.Settled.class).size() == 2);
  }

  @Test
  void onlyWhatTheRailPaysThatEndsCannotWait() {
    settleAndHoldTime();
    UsedDataSet hits = stage.newDataSet().serve(7000, 0);
    UsedDataSet misses = stage.newDataSet().serve(7000, 200);
    for (UsedDataSet dataSet : List.of(hits, misses)) {
      stage
          .devnet()
          .asPayer(DevnetAccount.PAYER)
          .terminateRail(dataSet.onChain().cacheMissRailId());
    }

    ServiceProcess rarely = startRarely();
    stage.letTimeRun();

    patiently().until(() -> misses.events(SettlementRecord.Settled.class).size() == 2);
    assertThat(hits.reports()).isEmpty();
    rarely.kill();
    // nothing is left for the other tests
    stage.startService().awaitReady();
    patiently().until(() -> hits.events(SettlementRecord.Settled.class).size() == 1);
  }

  @Test
  void whatADeletedDataSetOwesIsToldAsLostAndNoTransactionIsWastedOnIt() {
    UsedDataSet deleted = stage.newDataSet();
    report(deleted, 9000, 300);
    delete(deleted);
    deleted.serve(9000, 300);
    UsedDataSet other = stage.newDataSet().serve(7000, 0);

    ServiceProcess service = stage.startService(HASTE).awaitReady();
    stage.letTimeRun();

    patiently().until(() -> other.events(SettlementRecord.Settled.class).size() == 1);
    patiently().until(() -> deleted.events(SettlementRecord.Failed.class).size() == 2);
    assertThat(deleted.events(SettlementRecord.Failed.class))
        .extracting(SettlementRecord.Failed::reason)
        .containsOnly("data-set-deleted");
    assertThat(service.transactionsOf(deleted)).isEmpty();
    assertThat(service.log()).contains("alarm=set-aside dataSet=" + deleted.id());
    awaitLost(service, deleted, owedFor(9000) + " cdn and " + owedFor(300) + " cache-miss");
  }

  @Test
  void aSettlementThatMovesNothingOfWhatIsOwedIsTriedOnce() {
    UsedDataSet deleted = stage.newDataSet();
    report(deleted, 9000, 0);
    deleted.serve(9000, 0);
    stage.proxy().setSends(RpcProxy.Sends.LOST);
    ServiceProcess service = stage.startService(HASTE).awaitReady();
    patiently().until(() -> states(service, deleted).equals(List.of("signed")));

    delete(deleted);
    stage.proxy().heal();
    stage.letTimeRun();

    patiently().until(() -> states(service, deleted).equals(List.of("reverted")));
    patiently()
        .until(
            () ->
                deleted.events(SettlementRecord.Failed.class).stream()
                    .anyMatch(failed -> failed.reason().equals("settled-nothing")));
    assertThat(service.transactionsOf(deleted).getFirst().at("/error").asText())
        .contains("moved nothing");
    awaitLost(service, deleted, owedFor(9000) + " cdn and 0 cache-miss");
    UsedDataSet other = stage.newDataSet().serve(7000, 0);
    patiently().until(() -> other.events(SettlementRecord.Settled.class).size() == 1);
    assertThat(states(service, deleted)).containsExactly("reverted");
  }

  @Test
  void aSettlementThatSomeoneElseMadeBeforeOursIsNoFailure() {
    UsedDataSet dataSet = stage.newDataSet();
    report(dataSet, 9000, 0);
    dataSet.serve(9000, 0);
    stage.proxy().setSends(RpcProxy.Sends.LOST);
    ServiceProcess service = stage.startService(HASTE).awaitReady();
    patiently().until(() -> states(service, dataSet).equals(List.of("signed")));

    stage.devnet().asOperator().as(DevnetAccount.OUTSIDER.address()).settleCdn(dataSet.number());
    stage.proxy().heal();
    stage.letTimeRun();

    patiently().until(() -> states(service, dataSet).equals(List.of("final")));
    assertThat(dataSet.settled(DevnetHistory.Settlement.Rails.CDN)).isEqualTo(owedFor(9000));
    assertThat(dataSet.events(SettlementRecord.Failed.class)).isEmpty();
  }

  /** A service that would report and settle in hours, but for what cannot wait. */
  private static ServiceProcess startRarely() {
    String rare =
        stage
            .networkFile(
                "rare", Map.of("reportEverySeconds", "14400", "settleEverySeconds", "14400"))
            .toString();
    return stage.startService(Map.of("FILCDN_NETWORK", rare)).awaitReady();
  }

  /** Someone else with the operator's key reports, so that all is left to be settled. */
  private static void report(UsedDataSet dataSet, long cdn, long cacheMiss) {
    stage
        .devnet()
        .asOperator()
        .report(stage.devnet().epoch(), DevnetOperator.Rollup.of(dataSet.number(), cdn, cacheMiss));
  }

  /** Payer and provider delete it as fast as they can. */
  private static void delete(UsedDataSet dataSet) {
    long pdpRail = dataSet.onChain().pdpRailId();
    stage.devnet().asProvider(DevnetAccount.PROVIDER).terminateServiceAtOnce(dataSet.number());
    stage.devnet().asPayer(DevnetAccount.PAYER).settleRail(pdpRail);
    stage.devnet().asProvider(DevnetAccount.PROVIDER).deleteDataSet(dataSet.number());
  }

  private static List<String> states(ServiceProcess service, UsedDataSet dataSet) {
    return service.transactionsOf(dataSet).stream()
        .map(transaction -> transaction.at("/state").asText())
        .toList();
  }

  private static void awaitLost(ServiceProcess service, UsedDataSet dataSet, String amounts) {
    patiently()
        .untilAsserted(
            () ->
                assertThat(service.json("/api/v1/reconciliation").at("/differences"))
                    .filteredOn(
                        each -> each.at("/dataSet").asText().equals(dataSet.id().toString()))
                    .filteredOn(each -> each.at("/kind").asText().equals("lost"))
                    .extracting(each -> each.at("/message").asText())
                    .containsExactly(
                        "expected all to be paid before the data set was deleted, found %s that nobody can be paid any more"
                            .formatted(amounts)));
  }
}
