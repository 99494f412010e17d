package io.filcdn.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;

import com.fasterxml.jackson.databind.JsonNode;
import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.settlement.stage.OnStage;
import io.filcdn.settlement.stage.RemoteSigner;
import io.filcdn.settlement.stage.ServiceProcess;
import io.filcdn.settlement.stage.UsedDataSet;
import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.DevnetHistory;
import io.filcdn.testing.chain.DevnetOperator;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a transaction costs and who signs it: fees, funds, how many wait, keys. */
class SendingIT extends OnStage {

  @Test
  void aTransactionThatNoBlockTakesIsReplacedForMoreWithTheSameNonce() {
    UsedDataSet dataSet = stage.newDataSet().serve(5000, 0);
    stage.anvil().mine(3);
    stage.stopTime();
    ServiceProcess service =
        stage.startService(Map.of("FILCDN_SETTLEMENT_BROADCAST_STUCK_AFTER", "2s")).awaitReady();
    patiently()
        .until(
            () ->
                service.reportsOf(dataSet).stream()
                    .anyMatch(report -> report.at("/attempts").size() > 1));

    stage.letTimeRun();

    patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 1);
    assertThat(dataSet.reports()).hasSize(1);
    assertThat(service.reportsOf(dataSet)).hasSize(1);
    JsonNode attempts = service.reportsOf(dataSet).getFirst().at("/attempts");
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
    assertThat(service.reportsOf(dataSet).getFirst().at("/feePaid").asText()).isNotEqualTo("0");
    assertThat(service.log()).contains("alarm=stuck");
  }

  @Test
  void aReportThatSettlementsOvertakeInItsBlockHasGasEnough() {
    UsedDataSet dataSet = stage.newDataSet();
    stage
        .devnet()
        .asOperator()
        .report(stage.devnet().epoch(), DevnetOperator.Rollup.of(dataSet.number(), 9000, 9000));
    dataSet.serve(9000, 9000);
    stage.anvil().mine(3);
    stage.stopTime();
    ServiceProcess service = stage.startService().awaitReady();
    patiently().until(() -> sent(service, dataSet) == 2);
    dataSet.serve(100, 100);
    patiently().until(() -> sent(service, dataSet) == 3);

    stage.letTimeRun();

    patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 1);
    assertThat(service.reportStatesOf(dataSet)).containsExactly("final");
    long block = dataSet.reports().get(1).block();
    assertThat(dataSet.settlements().stream().limit(2))
        .extracting(DevnetHistory.Settlement::block)
        .as(service::log)
        .containsExactly(block, block);
  }

  @Test
  void nothingIsSignedWhileGasCostsMoreThanTheCap() {
    UsedDataSet dataSet = stage.newDataSet().serve(5000, 0);
    ServiceProcess service =
        stage.startService(Map.of("FILCDN_SETTLEMENT_FEES_MAX_FEE_PER_GAS", "1")).awaitReady();
    stage.letTimeRun();

    patiently().until(() -> service.log().contains("alarm=fee-ceiling"));

    assertThat(dataSet.reports()).isEmpty();
    assertThat(service.reportsOf(dataSet)).isEmpty();
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

    int before = service.log().length();
    dataSets.forEach(dataSet -> dataSet.serve(5000, 0));

    patiently().until(() -> service.log().substring(before).contains(why));
    assertThat(waitingForABlock(service)).isEqualTo(waiting);

    stage.letTimeRun();
    patiently()
        .untilAsserted(
            () -> assertThat(dataSets).allSatisfy(one -> assertThat(one.reports()).hasSize(1)));
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
  void aKeyThatTheContractDoesNotObeySendsNothing() {
    UsedDataSet dataSet = stage.newDataSet().serve(10_000, 0);
    ServiceProcess service =
        stage
            .startService(Map.of("FILCDN_OPERATOR_KEY", DevnetAccount.OUTSIDER.privateKey()))
            .awaitHttp();
    stage.letTimeRun();

    patiently().until(() -> service.log().contains("alarm=chain-mismatch"));

    service
        .given()
        .get("/q/health/ready")
        .then()
        .statusCode(503)
        .body(containsString("to obey our key's address " + DevnetAccount.OUTSIDER.address()))
        .body(containsString("check FILCDN_OPERATOR_KEY"));
    service.given().get("/q/health/live").then().statusCode(200);
    assertThat(dataSet.reports()).isEmpty();
    assertThat(service.log()).doesNotContain(DevnetAccount.OUTSIDER.privateKey().substring(2));
  }

  @Test
  void withoutAKeyTheServiceDoesNotStartAndSaysSoInOneLine() {
    ServiceProcess service = stage.startService(Map.of("FILCDN_OPERATOR_KEY", ""));

    assertThat(service.awaitEnd()).isEqualTo(1);
    assertThat(service.log())
        .contains(
            "settlement does not start: expected the operator's private key in FILCDN_OPERATOR_KEY, found nothing")
        .doesNotContain("\tat ");
  }

  @Test
  void aBrokenNetworkFileStopsTheStartWithOneLine() {
    ServiceProcess service = stage.startService(Map.of("FILCDN_NETWORK", "nowhere.json"));

    assertThat(service.awaitEnd()).isEqualTo(1);
    assertThat(service.log())
        .contains("settlement does not start: network file nowhere.json cannot be read")
        .doesNotContain("\tat ");
  }

  private static long waitingForABlock(ServiceProcess service) {
    return service
        .transactions()
        .filter(transaction -> isIn(transaction, "signed") || isIn(transaction, "broadcast"))
        .count();
  }

  /** How many of a data set the node has, and no block yet. */
  private static long sent(ServiceProcess service, UsedDataSet dataSet) {
    return service.transactionsOf(dataSet).stream()
        .filter(transaction -> isIn(transaction, "broadcast"))
        .count();
  }

  private static boolean isIn(JsonNode transaction, String state) {
    return transaction.at("/state").asText().equals(state);
  }
}
