package io.filcdn.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.databind.JsonNode;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.kafka.DeadLetter;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.common.usage.UsageRecord;
import io.filcdn.settlement.stage.OnStage;
import io.filcdn.settlement.stage.ServiceProcess;
import io.filcdn.settlement.stage.UsedDataSet;
import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.DevnetContracts;
import io.filcdn.testing.chain.DevnetHistory;
import io.filcdn.testing.chain.DevnetOperator;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What is used is reported once and paid to the unit, and what cannot be is told and holds up
 * nothing else.
 */
class SettlementIT extends OnStage {

  private static final String CDN_PAYEE = DevnetAccount.CDN_BENEFICIARY.address();
  private static final String PROVIDERS_PAYEE = DevnetAccount.PAYEE.address();

  @Test
  void usageIsReportedOnceAndPaidToTheUnit() {
    UsedDataSet dataSet = stage.newDataSet().serve(1_000_003, 500_001);

    ServiceProcess service = stage.startService().awaitReady();
    stage.letTimeRun();

    patiently().until(() -> dataSet.events(SettlementRecord.Settled.class).size() == 2);
    assertThat(dataSet.reports())
        .extracting(report -> report.cdnBytes() + " " + report.cacheMissBytes())
        .containsExactly("1000003 500001");
    BigInteger cdn = owedFor(1_000_003);
    BigInteger miss = owedFor(500_001);
    assertThat(dataSet.settled(DevnetHistory.Settlement.Rails.CDN)).isEqualTo(cdn);
    assertThat(dataSet.settled(DevnetHistory.Settlement.Rails.CACHE_MISS)).isEqualTo(miss);
    // what other tests' data sets still owed is settled meanwhile
    patiently()
        .untilAsserted(
            () -> {
              assertThat(stage.devnet().reads().funds(CDN_PAYEE))
                  .isEqualTo(income(DevnetHistory.Settlement.Rails.CDN));
              assertThat(stage.devnet().reads().funds(PROVIDERS_PAYEE))
                  .isEqualTo(income(DevnetHistory.Settlement.Rails.CACHE_MISS));
            });
    assertThat(dataSet.events(SettlementRecord.Reported.class))
        .extracting(
            SettlementRecord.Reported::cdnBytes,
            SettlementRecord.Reported::cacheMissBytes,
            event -> event.txHash().hex(),
            SettlementRecord.Reported::toEpoch)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                ByteCount.of(1_000_003),
                ByteCount.of(500_001),
                dataSet.reports().getFirst().transactionHash(),
                new Epoch(dataSet.reports().getFirst().toEpoch())));
    assertThat(dataSet.events(SettlementRecord.Settled.class))
        .extracting(event -> event.rail() + " " + event.amount())
        .containsExactlyInAnyOrder(
            QuotaRecord.Kind.CDN + " " + cdn, QuotaRecord.Kind.CACHE_MISS + " " + miss);
    patiently()
        .untilAsserted(
            () ->
                service
                    .given()
                    .get("/api/v1/data-sets/" + dataSet.number())
                    .then()
                    .body("odometer.cdnBytes", equalTo("1000003"))
                    .body("reported.cacheMissBytes", equalTo("500001"))
                    .body("due.cdnBytes", equalTo("0"))
                    .body("owed.cdn", equalTo("0"))
                    .body("setAside", empty()));
    assertThat(service.transactionsOf(dataSet))
        .extracting(
            transaction -> transaction.at("/activity").asText() + " " + stateOf(transaction))
        .containsExactly("settle-cache-miss final", "settle-cdn final", "report final");
    assertThat(service.metrics())
        .contains("filcdn_settlement_unreported_bytes{kind=\"cdn\"} ")
        .contains("filcdn_settlement_transactions_pending{state=\"broadcast\"} 0.0")
        .contains("filcdn_settlement_active 1.0")
        .contains("filcdn_settlement_operator_balance_fil ");
  }

  @Test
  void aDataSetThatTheContractRefusesIsSetAsideAndTheOthersArePaid() {
    UsedDataSet bad = stage.newDataSet();
    UsedDataSet good = stage.newDataSet();
    UsedDataSet other = stage.newDataSet();
    stage.index().pretendCdnRail(bad.number(), good.onChain().cdnRailId());
    endCdnRail(bad);
    List.of(bad, good, other).forEach(dataSet -> dataSet.serve(6000, 0));
    ServiceProcess service = stage.startService().awaitReady();
    stage.letTimeRun();

    patiently().until(() -> good.events(SettlementRecord.Settled.class).size() == 1);
    patiently().until(() -> other.events(SettlementRecord.Settled.class).size() == 1);

    assertThat(bad.settlements()).isEmpty();
    patiently().until(() -> bad.events(SettlementRecord.Failed.class).size() == 1);
    assertThat(bad.events(SettlementRecord.Failed.class).getFirst())
        .satisfies(
            failed -> {
              assertThat(failed.reason()).isEqualTo("reverted");
              assertThat(failed.message())
                  .startsWith(
                      "the contract refuses it: CannotModifyTerminatedRailBeyondEndEpoch(%d, "
                          .formatted(bad.onChain().cdnRailId()));
            });
    service
        .given()
        .get("/api/v1/data-sets/" + bad.id())
        .then()
        .body("setAside[0].activity", equalTo("settle-cdn"));
  }

  @Test
  void anEndedRailIsInNoBatch() {
    UsedDataSet ended = stage.newDataSet();
    UsedDataSet good = stage.newDataSet();
    endCdnRail(ended);
    List.of(ended, good).forEach(dataSet -> dataSet.serve(7000, 7000));
    stage.startService().awaitReady();
    stage.letTimeRun();

    patiently().until(() -> good.events(SettlementRecord.Settled.class).size() == 2);
    patiently().until(() -> ended.events(SettlementRecord.Settled.class).size() == 1);

    assertThat(ended.settlements())
        .extracting(DevnetHistory.Settlement::rail)
        .containsExactly(DevnetHistory.Settlement.Rails.CACHE_MISS);
    assertThat(ended.events(SettlementRecord.Failed.class))
        .extracting(SettlementRecord.Failed::reason)
        .containsExactly("rail-ended");
  }

  @Test
  void aShortLockupIsPaidOutAndTheRestAfterATopUp() {
    UsedDataSet dataSet = stage.newDataSet();
    BigInteger lockup = Devnet.tokens("0.7");
    long bytes = lockup.divide(DevnetContracts.RATE_PER_BYTE).longValueExact() + 1_000;
    // more than its grants pay for, which settlement itself never reports
    stage
        .devnet()
        .asOperator()
        .report(stage.devnet().epoch(), DevnetOperator.Rollup.of(dataSet.number(), bytes, 0));
    dataSet.serve(bytes, 0);
    stage.startService().awaitReady();
    stage.letTimeRun();
    patiently().until(() -> dataSet.events(SettlementRecord.Settled.class).size() == 1);
    assertThat(dataSet.settled(DevnetHistory.Settlement.Rails.CDN)).isEqualTo(lockup);

    stage
        .devnet()
        .asPayer(DevnetAccount.PAYER)
        .topUp(dataSet.number(), Devnet.tokens("0.1"), BigInteger.ZERO);

    patiently().until(() -> dataSet.events(SettlementRecord.Settled.class).size() == 2);
    assertThat(dataSet.settled(DevnetHistory.Settlement.Rails.CDN)).isEqualTo(owedFor(bytes));
  }

  @Test
  void aDataSetWhoseOdometerIsBelowWhatWasReportedIsStopped() {
    UsedDataSet dataSet = stage.newDataSet().serve(8000, 0);
    ServiceProcess service = stage.startService().awaitReady();
    stage.letTimeRun();
    patiently().until(() -> dataSet.events(SettlementRecord.Reported.class).size() == 1);

    dataSet.forgetAllBut(7999, 2);

    patiently().until(() -> dataSet.events(SettlementRecord.Failed.class).size() == 1);
    assertThat(dataSet.events(SettlementRecord.Failed.class).getFirst().reason())
        .isEqualTo("odometer-below-reported");
    dataSet.forgetAllBut(9000, 3);
    UsedDataSet later = stage.newDataSet().serve(1, 0);
    patiently().until(() -> later.events(SettlementRecord.Reported.class).size() == 1);
    assertThat(dataSet.reports()).hasSize(1);
    assertThat(service.metrics()).contains("filcdn_settlement_set_aside{activity=\"report\"} 1.0");
  }

  @Test
  void aReportThatTheIndexDoesNotKnowYetKeepsTheDataSetWaiting() {
    UsedDataSet dataSet = stage.newDataSet().serve(9000, 0);
    patiently()
        .until(
            () ->
                stage.topics().read(Topic.DATA_SETS, DataSetRecord.class).stream()
                    .anyMatch(record -> record.dataSet().equals(dataSet.id())));
    stage.index().pause();
    stage
        .devnet()
        .asOperator()
        .report(stage.devnet().epoch(), DevnetOperator.Rollup.of(dataSet.number(), 4000, 0));
    ServiceProcess service = stage.startService().awaitReady();
    stage.letTimeRun();

    patiently().until(() -> service.log().contains("alarm=epoch-mismatch dataSet=" + dataSet.id()));
    assertThat(dataSet.reports()).hasSize(1);
    service
        .order("/api/v1/admin/report?dryRun=true")
        .body("waiting.keySet()", contains(dataSet.id().toString()));
    stage.index().resume();
    // an odometer of later than that report, as its epoch can't be used again
    dataSet.publish();

    patiently().until(() -> dataSet.reports().size() == 2);
    assertThat(dataSet.reports().get(1).cdnBytes()).isEqualTo(BigInteger.valueOf(5000));
  }

  @Test
  void aDataSetWithoutRailsIsNeverReported() {
    stage
        .topics()
        .send(
            Topic.USAGE,
            "pandora/5",
            new UsageRecord(
                DataSetId.of("pandora/5"),
                1,
                ByteCount.of(700),
                ByteCount.of(70),
                new Epoch(stage.devnet().epoch())));
    UsedDataSet other = stage.newDataSet().serve(1, 0);
    ServiceProcess service = stage.startService().awaitReady();
    stage.letTimeRun();

    patiently().until(() -> other.events(SettlementRecord.Reported.class).size() == 1);

    service
        .given()
        .get("/api/v1/data-sets/pandora/5")
        .then()
        .body("odometer.cdnBytes", equalTo("700"))
        .body("$", not(hasKey("due")));
    service
        .given()
        .get("/api/v1/transactions?limit=100")
        .then()
        .body(not(containsString("pandora")));
  }

  @Test
  void aRecordThatCannotBeReadBecomesADeadLetterAndTheRestGoesOn() {
    UsedDataSet dataSet = stage.newDataSet();
    stage.topics().sendText(Topic.USAGE, dataSet.id().toString(), "{\"dataSet\":");
    dataSet.serve(11_000, 0);
    stage.startService().awaitReady();
    stage.letTimeRun();

    patiently().until(() -> dataSet.reports().size() == 1);
    patiently()
        .until(
            () ->
                stage.topics().read(Topic.DEAD_LETTERS, DeadLetter.class).stream()
                    .anyMatch(
                        letter ->
                            letter.key().equals(Optional.of(dataSet.id().toString()))
                                && letter.value().equals(Optional.of("{\"dataSet\":"))
                                && letter.service().equals("settlement")));
  }

  @Test
  void requestsThatMakeNoSenseAreRefusedWithAReason() {
    ServiceProcess service = stage.startService().awaitReady();

    service
        .given()
        .get("/api/v1/data-sets/fwss/987654")
        .then()
        .statusCode(404)
        .body("code", equalTo("data-set-unknown"));
    service
        .given()
        .get("/api/v1/data-sets/x")
        .then()
        .statusCode(400)
        .body("code", equalTo("data-set-malformed"));
    service.given().get("/api/v1/transactions/999999").then().statusCode(404);
    for (String nonsense : List.of("/x", "?limit=101", "?limit=x", "?after=x")) {
      service.given().get("/api/v1/transactions" + nonsense).then().statusCode(400);
    }
    service.given().get("/nothing").then().header("Content-Type", "application/problem+json");
    assertThat(service.given().get("/q/openapi").asString()).contains("/api/v1/transactions");
  }

  @Test
  void dustWaitsNoLongerThanItMay() {
    UsedDataSet dust = stage.newDataSet().serve(99, 0);
    stage
        .startService(
            Map.of("FILCDN_SETTLEMENT_DUE_DUST", "100", "FILCDN_SETTLEMENT_DUE_DUST_MAX_AGE", "5s"))
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

    service
        .order("/api/v1/admin/report?dust=0&dryRun=true")
        .body("ordered", equalTo(false))
        .body("items[0].dataSet", equalTo(dust.id().toString()))
        .body("usage.cdnBytes", equalTo("99"));
    service.order("/api/v1/admin/report?dust=0").body("ordered", equalTo(true));

    patiently().until(() -> dust.events(SettlementRecord.Reported.class).size() == 1);
    service.order("/api/v1/admin/settle?dryRun=true").body("ordered", equalTo(false));
  }

  /** The payer ends the CDN rail of a data set, and the time passes until it can pay no more. */
  private static void endCdnRail(UsedDataSet dataSet) {
    long rail = dataSet.onChain().cdnRailId();
    stage.devnet().asPayer(DevnetAccount.PAYER).terminateRail(rail);
    stage.anvil().mineTo(stage.devnet().reads().rail(rail).endEpoch() + 1);
  }

  /** What all settlements along one kind of rail brought. */
  private static BigInteger income(DevnetHistory.Settlement.Rails rail) {
    return stage.devnet().history().settlements(0, stage.devnet().epoch()).stream()
        .filter(settlement -> settlement.rail() == rail)
        .map(DevnetHistory.Settlement::amount)
        .map(OnStage::afterFee)
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  private static String stateOf(JsonNode transaction) {
    return transaction.at("/state").asText();
  }
}
