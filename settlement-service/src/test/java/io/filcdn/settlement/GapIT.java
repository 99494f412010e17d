package io.filcdn.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.settlement.stage.OnStage;
import io.filcdn.settlement.stage.RpcProxy;
import io.filcdn.settlement.stage.ServiceProcess;
import io.filcdn.settlement.stage.UsedDataSet;
import io.filcdn.testing.chain.DevnetAccount;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens when the ledger, or a node's pool, loses a transaction that others wait for. */
class GapIT extends OnStage {

  /** One data set a transaction, and nothing that only the passing of time brings. */
  private static final Map<String, String> EACH_ALONE =
      Map.of(
          "FILCDN_SETTLEMENT_BATCH_MAX_DATA_SETS", "1",
          "FILCDN_SETTLEMENT_BROADCAST_MAX_PENDING", "4",
          "FILCDN_SETTLEMENT_BROADCAST_RESEND_AFTER", "5h",
          "FILCDN_SETTLEMENT_BROADCAST_STUCK_AFTER", "5h");

  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "0 1", "0 2", "1 2"})
  void noncesThatTheLedgerLostAreToldAndSpentSoThatTheOthersGoOn(String places) {
    List<UsedDataSet> dataSets = fourThatWait();
    List<JsonNode> waiting = fourOfAServiceThatEnds();
    List<JsonNode> lost =
        List.of(places.split(" ")).stream().map(Integer::valueOf).map(waiting::get).toList();
    lost.forEach(GapIT::lose);

    ServiceProcess service = stage.startService(EACH_ALONE).awaitReady();
    stage.letTimeRun();

    awaitAllReportedOnce(service, dataSets);
    assertThat(service.log()).contains("alarm=nonce-gap");
    for (JsonNode transaction : lost) {
      patiently()
          .untilAsserted(
              () ->
                  assertThat(service.transactions())
                      .filteredOn(each -> nonceOf(each) == nonceOf(transaction))
                      .extracting(each -> each.at("/activity").asText() + " " + stateOf(each))
                      .as(service::log)
                      .containsExactly("fill-gap final"));
    }
  }

  @Test
  void whatWaitsTooLongRaisesAnAlarmWhateverItWaitsFor() {
    List<UsedDataSet> dataSets = fourThatWait();
    List<JsonNode> waiting = fourOfAServiceThatEnds();
    lose(waiting.getFirst());
    Map<String, String> tooPoorToFill = new HashMap<>(EACH_ALONE);
    tooPoorToFill.put("FILCDN_SETTLEMENT_FEES_MAX_FEE_PER_GAS", "1");
    tooPoorToFill.put("FILCDN_SETTLEMENT_BROADCAST_STUCK_AFTER", "2s");

    ServiceProcess service = stage.startService(tooPoorToFill).awaitReady();

    patiently()
        .until(
            () ->
                service
                    .log()
                    .contains(
                        "nonce=%d expected to be in a block within PT2S"
                            .formatted(nonceOf(waiting.get(1)))));
    patiently()
        .untilAsserted(
            () ->
                assertThat(service.metrics())
                    .containsPattern("filcdn_settlement_transactions_waiting_seconds [1-9]"));
    service.kill();
    ServiceProcess next = stage.startService(EACH_ALONE).awaitReady();
    stage.letTimeRun();
    awaitAllReportedOnce(next, dataSets);
  }

  @Test
  void aLedgerThatIsEmptyReportsNothingTwice() {
    List<UsedDataSet> dataSets = fourThatWait();
    fourOfAServiceThatEnds();
    emptyLedger();

    ServiceProcess service = stage.startService(EACH_ALONE).awaitReady();
    stage.letTimeRun();

    patiently()
        .untilAsserted(
            () ->
                assertThat(dataSets)
                    .allSatisfy(
                        dataSet ->
                            assertThat(dataSet.reportedCdnBytes()).isEqualTo(dataSet.cdnBytes())));
    dataSets.forEach(dataSet -> dataSet.serve(70, 7));
    awaitAllReportedOnce(service, dataSets);
  }

  @Test
  void aReportThatLandsWhileALostLedgerPlansItAgainIsNotSetAside() {
    UsedDataSet dataSet = stage.newDataSet();
    stage.anvil().mine(3);
    stage.stopTime();
    dataSet.serve(5000, 0);
    ServiceProcess lost = stage.startService(EACH_ALONE).awaitReady();
    patiently().until(() -> lost.reportStatesOf(dataSet).equals(List.of("broadcast")));
    lost.kill();
    emptyLedger();
    stage.proxy().beforeNextSimulatedReport(() -> stage.anvil().mine(1));

    ServiceProcess service = stage.startService(EACH_ALONE).awaitReady();
    patiently().until(() -> service.log().contains("planned anew: activity=report"));
    stage.letTimeRun();
    dataSet.serve(70, 7);

    awaitAllReportedOnce(service, List.of(dataSet));
    assertThat(service.log()).doesNotContain("alarm=set-aside");
  }

  @Test
  void aNonceThatSomeoneElseSpentWithTheKeyIsNoGap() {
    UsedDataSet dataSet = stage.newDataSet().serve(5000, 0);
    stage.proxy().setSends(RpcProxy.Sends.LOST);
    ServiceProcess service = stage.startService(EACH_ALONE).awaitReady();
    patiently().until(() -> service.reportStatesOf(dataSet).equals(List.of("signed")));
    String operator = DevnetAccount.OPERATOR.address();
    stage.devnet().send(operator, operator, "0x");
    stage.devnet().send(operator, operator, "0x");

    stage.proxy().heal();
    stage.letTimeRun();

    patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 1);
    assertThat(service.reportStatesOf(dataSet)).containsExactly("final", "dropped");
    assertThat(service.log()).doesNotContain("alarm=nonce-gap");
  }

  @Test
  void bytesThatANodeForgotGoOutAgainAtOnceInTheOrderOfTheirNonces() {
    List<UsedDataSet> dataSets = fourThatWait();
    List<JsonNode> waiting = fourOfAServiceThatEnds();
    stage.proxy().forgetPool();
    waiting.forEach(transaction -> stage.anvil().drop(hashOf(transaction)));
    ServiceProcess service = stage.startService(EACH_ALONE).awaitReady();

    patiently()
        .until(
            () ->
                waiting.stream()
                    .allMatch(
                        each ->
                            service
                                .log()
                                .contains(
                                    "hash="
                                        + hashOf(each)
                                        + " activity=report nonce="
                                        + nonceOf(each)
                                        + " dataSets=1 time=2")));
    stage.letTimeRun();

    awaitAllReportedOnce(service, dataSets);
    assertThat(dataSets)
        .extracting(dataSet -> dataSet.reports().getFirst().transactionHash())
        .containsExactlyInAnyOrderElementsOf(waiting.stream().map(GapIT::hashOf).toList());
    assertThat(
            service
                .log()
                .lines()
                .filter(line -> line.contains("forgotten transaction="))
                .map(line -> line.replaceFirst(".*nonce=(\\d+).*", "$1"))
                .limit(4))
        .containsExactlyElementsOf(
            waiting.stream().map(each -> Long.toString(nonceOf(each))).toList());
  }

  @ParameterizedTest
  @EnumSource(RpcProxy.Lookups.class)
  void aNodeThatLiesOrErrsAboutTransactionsDoesNoHarm(RpcProxy.Lookups lookups) {
    stage.proxy().setLookups(lookups);
    List<UsedDataSet> dataSets = fourThatWait();
    ServiceProcess service = stage.startService(EACH_ALONE).awaitReady();
    fourTransactions(service);
    stage.anvil().mine(1);
    stage.letTimeRun();

    awaitAllReportedOnce(service, dataSets);
    assertThat(dataSets)
        .allSatisfy(
            dataSet -> assertThat(service.reportStatesOf(dataSet)).containsExactly("final"));
    assertThat(service.log())
        .doesNotContainPattern(
            "alarm=(send-refused|dropped|reverted|contradiction|nonce-gap|stuck)");
  }

  /** Four data sets with usage, while no block comes. */
  private static List<UsedDataSet> fourThatWait() {
    List<UsedDataSet> dataSets = IntStream.range(0, 4).mapToObj(_ -> stage.newDataSet()).toList();
    stage.anvil().mine(3);
    stage.stopTime();
    dataSets.forEach(dataSet -> dataSet.serve(5000, 0));
    return dataSets;
  }

  /** Its four transactions that wait for a block, in the order of their nonces. */
  private static List<JsonNode> fourTransactions(ServiceProcess service) {
    patiently().until(() -> waiting(service).size() == 4);
    return waiting(service);
  }

  private static List<JsonNode> fourOfAServiceThatEnds() {
    ServiceProcess service = stage.startService(EACH_ALONE).awaitReady();
    List<JsonNode> waiting = fourTransactions(service);
    service.kill();
    return waiting;
  }

  private static List<JsonNode> waiting(ServiceProcess service) {
    return service
        .transactions()
        .filter(transaction -> stateOf(transaction).equals("broadcast"))
        .sorted(Comparator.comparingLong(GapIT::nonceOf))
        .toList();
  }

  private static void emptyLedger() {
    stage.sql(
        "truncate chain_transaction, attempt, rollup, own_reported, rail_payment, termination, owed, set_aside");
  }

  /** The database loses it, and so do the nodes. */
  private static void lose(JsonNode transaction) {
    stage.proxy().forgetPool();
    stage.anvil().drop(hashOf(transaction));
    String id = transaction.at("/id").asText();
    for (String table : List.of("attempt", "rollup", "rail_payment")) {
      stage.sql("delete from %s where transaction_id = %s".formatted(table, id));
    }
    stage.sql("delete from chain_transaction where id = " + id);
  }

  private static void awaitAllReportedOnce(ServiceProcess service, List<UsedDataSet> dataSets) {
    patiently()
        .untilAsserted(
            () ->
                assertThat(dataSets)
                    .as(service::log)
                    .allSatisfy(
                        dataSet -> {
                          assertThat(dataSet.reportedCdnBytes()).isEqualTo(dataSet.cdnBytes());
                          assertThat(dataSet.events(SettlementRecord.Settled.class)).isNotEmpty();
                        }));
  }

  private static long nonceOf(JsonNode transaction) {
    return transaction.at("/nonce").asLong();
  }

  private static String stateOf(JsonNode transaction) {
    return transaction.at("/state").asText();
  }

  private static String hashOf(JsonNode transaction) {
    return transaction.at("/attempts/0/hash").asText();
  }
}
