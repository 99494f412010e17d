package io.filcdn.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.filcdn.settlement.stage.DatabaseProxy;
import io.filcdn.settlement.stage.OnStage;
import io.filcdn.settlement.stage.RpcProxy;
import io.filcdn.settlement.stage.ServiceProcess;
import io.filcdn.settlement.stage.Stage;
import io.filcdn.settlement.stage.UsedDataSet;
import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.DevnetHistory;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A seeded simulation of bad days. Data sets are used all the time, while the service is killed
 * around its commits and its sends, the node fails, loses and replaces transactions, the chain
 * reorganises, the index lags and loses a log, and the account runs dry. When the faults are over,
 * every byte must have been reported once and paid to the unit.
 *
 * <p>The slow suite has a day of each fault: {@code -Dfilcdn.simulation.seed} chooses their order,
 * {@code -Dfilcdn.simulation.days} how many there are.
 */
class SimulationIT extends OnStage {

  private static final Logger LOG = Logger.getLogger(SimulationIT.class);
  private static final long SEED = Long.getLong("filcdn.simulation.seed", 20_260_101);
  private static final int DAYS = Integer.getInteger("filcdn.simulation.days", 17);
  private static final int DATA_SETS = 5;

  /** Shorter than {@link Stage}'s finality. */
  private static final int DEEPEST_REORG = 3;

  private static final Map<String, String> HASTE =
      Map.of(
          "FILCDN_SETTLEMENT_BROADCAST_RESEND_AFTER", "2s",
          "FILCDN_SETTLEMENT_BROADCAST_STUCK_AFTER", "8s",
          "FILCDN_SETTLEMENT_BROADCAST_MAX_PENDING", "10",
          "FILCDN_SETTLEMENT_BATCH_MAX_DATA_SETS", "3",
          "FILCDN_SETTLEMENT_LEDGER_SET_ASIDE_FOR", "5s",
          "FILCDN_SETTLEMENT_LEDGER_RECONCILE_EVERY", "2s",
          "FILCDN_SETTLEMENT_DUE_INDEX_GRACE", "5s",
          "FILCDN_SETTLEMENT_RPC_TIMEOUT", "5s");

  /** What can go wrong on a day. */
  private enum Fault {
    KILLED_BEFORE_SEND,
    KILLED_AFTER_SEND,
    KILLED_BEFORE_COMMIT,
    KILLED_AFTER_COMMIT,
    NODE_FAILS,
    SENDS_UNANSWERED,
    TRANSACTION_DROPPED,
    TRANSACTION_LOST,
    NODE_HIDES_TRANSACTIONS,
    NO_BLOCKS,
    REORG_FORGETS,
    REORG_REPOOLS,
    EMPTY_RECEIPTS,
    INDEX_LAGS,
    INDEX_LOSES_A_LOG,
    TWO_PROCESSES,
    NO_FUNDS
  }

  /** The places where a fault could report twice, or never. */
  private static final List<Fault> WORST =
      List.of(
          Fault.KILLED_AFTER_SEND,
          Fault.TRANSACTION_LOST,
          Fault.REORG_FORGETS,
          Fault.INDEX_LOSES_A_LOG);

  private final Random random = new Random(SEED);
  private final List<UsedDataSet> dataSets = new ArrayList<>();

  @SuppressWarnings("NullAway.Init")
  private ServiceProcess service;

  @Test
  void everyByteIsReportedOnceAndPaidToTheUnitThroughTheWorst() {
    live(WORST);
  }

  @Tag("slow")
  @Test
  void everyByteIsReportedOnceAndPaidToTheUnitWhateverHappens() {
    live(days());
  }

  private void live(List<Fault> days) {
    for (int i = 0; i < DATA_SETS; i++) {
      dataSets.add(stage.newDataSet());
    }
    UsedDataSet poisoned = poisoned();
    BigInteger cdnBefore = funds(DevnetAccount.CDN_BENEFICIARY);
    BigInteger missBefore = funds(DevnetAccount.PAYEE);
    service = stage.startService(HASTE).awaitReady();
    stage.letTimeRun();

    for (Fault fault : days) {
      LOG.infof("simulation seed=%d fault=%s", SEED, fault);
      dataSets.forEach(this::use);
      poisoned.serve(1 + random.nextInt(1000), 0);
      suffer(fault);
      recover();
    }

    dataSets.forEach(this::use);
    awaitAllReportedAndPaid(poisoned);
    for (UsedDataSet dataSet : dataSets) {
      assertReportedOnce(dataSet);
    }
    assertReportedOnce(poisoned);
    assertThat(funds(DevnetAccount.CDN_BENEFICIARY))
        .isEqualTo(cdnBefore.add(income(DevnetHistory.Settlement.Rails.CDN)));
    assertThat(funds(DevnetAccount.PAYEE))
        .isEqualTo(missBefore.add(income(DevnetHistory.Settlement.Rails.CACHE_MISS)));
    assertReconciled(poisoned);
  }

  /** Every fault at least once where there are days enough, in an order of luck. */
  private List<Fault> days() {
    List<Fault> days = new ArrayList<>();
    while (days.size() < DAYS) {
      List<Fault> some = new ArrayList<>(List.of(Fault.values()));
      Collections.shuffle(some, random);
      days.addAll(some);
    }
    return days.subList(0, DAYS);
  }

  /** Its rail has ended, but the index names another one, so that a batch runs into it. */
  private UsedDataSet poisoned() {
    UsedDataSet bad = stage.newDataSet();
    stage.index().pretendCdnRail(bad.number(), dataSets.getFirst().onChain().cdnRailId());
    long rail = bad.onChain().cdnRailId();
    stage.devnet().asPayer(DevnetAccount.PAYER).terminateRail(rail);
    stage.anvil().mineTo(stage.devnet().reads().rail(rail).endEpoch() + 1);
    return bad;
  }

  private void use(UsedDataSet dataSet) {
    int cdn = 1 + random.nextInt(100_000);
    dataSet.serve(cdn, random.nextInt(cdn));
  }

  private void suffer(Fault fault) {
    switch (fault) {
      case KILLED_BEFORE_SEND -> untilKilled(() -> stage.proxy().beforeNextSend(service::destroy));
      case KILLED_AFTER_SEND -> untilKilled(() -> stage.proxy().afterNextSend(service::destroy));
      case KILLED_BEFORE_COMMIT -> untilKilled(() -> atCommit(DatabaseProxy.Side.BEFORE));
      case KILLED_AFTER_COMMIT -> untilKilled(() -> atCommit(DatabaseProxy.Side.AFTER));
      case NODE_FAILS -> {
        stage.proxy().fail(0.3, random.nextLong());
        blocksPass(16);
      }
      case SENDS_UNANSWERED -> {
        stage.proxy().setSends(RpcProxy.Sends.UNANSWERED);
        blocksPass(10);
      }
      case TRANSACTION_DROPPED -> {
        stage.anvil().drop(awaitWaiting());
        stage.proxy().forgetPool();
        stage.letTimeRun();
      }
      case TRANSACTION_LOST -> lose(awaitWaiting());
      case NODE_HIDES_TRANSACTIONS -> {
        stage.proxy().setLookups(RpcProxy.Lookups.HIDDEN);
        blocksPass(10);
      }
      case NO_BLOCKS -> {
        awaitWaiting();
        patiently().until(() -> anyTransaction(t -> t.at("/attempts").size() > 1));
        stage.letTimeRun();
      }
      case REORG_FORGETS -> {
        blocksPass(1 + random.nextInt(6));
        stage.proxy().forgetPool();
        stage.anvil().reorg(1 + random.nextInt(DEEPEST_REORG));
      }
      case REORG_REPOOLS -> {
        blocksPass(1 + random.nextInt(6));
        stage.anvil().reorg(1 + random.nextInt(DEEPEST_REORG));
        stage.proxy().refillPool();
      }
      case EMPTY_RECEIPTS -> {
        stage.proxy().emptyReceipts(true);
        blocksPass(16);
      }
      case INDEX_LAGS -> {
        stage.index().pause();
        blocksPass(20);
      }
      case INDEX_LOSES_A_LOG -> {
        UsedDataSet unlucky = dataSets.get(random.nextInt(dataSets.size()));
        patiently().until(() -> !unlucky.reports().isEmpty());
        stage.index().lose(unlucky.reports().getLast().transactionHash());
        blocksPass(30);
      }
      case TWO_PROCESSES -> {
        ServiceProcess other = stage.startService(HASTE).awaitReady();
        blocksPass(10);
        service.kill();
        service = other;
      }
      case NO_FUNDS -> {
        stage.anvil().setBalance(DevnetAccount.OPERATOR.address(), BigInteger.TEN);
        blocksPass(10);
      }
    }
  }

  /** A transaction is lost in the node, and in the ledger of a service that ended just then. */
  private void lose(String hash) {
    service.kill();
    stage.anvil().drop(hash);
    stage.proxy().forgetPool();
    String its = "(select transaction_id from attempt where hash = '%s')".formatted(hash);
    stage.sql(
        "delete from rollup where transaction_id = " + its,
        "delete from rail_payment where transaction_id = " + its,
        "with lost as (delete from attempt where hash = '%s' returning transaction_id) delete from chain_transaction where id in (select transaction_id from lost)"
            .formatted(hash));
    stage.letTimeRun();
  }

  private void atCommit(DatabaseProxy.Side side) {
    stage.database().atCommit(1 + random.nextInt(8), side, service::destroy);
  }

  private void untilKilled(Runnable trap) {
    trap.run();
    patiently().until(() -> !service.isAlive());
  }

  private void recover() {
    stage.proxy().heal();
    stage.database().heal();
    stage.index().resume();
    stage.index().findAgain();
    stage.anvil().setBalance(DevnetAccount.OPERATOR.address(), Devnet.tokens("1000"));
    if (!service.isAlive()) {
      service = stage.startService(HASTE).awaitReady();
    }
  }

  private static void blocksPass(int count) {
    long until = stage.devnet().epoch() + count;
    patiently().until(() -> stage.devnet().epoch() >= until);
  }

  /** Stops time when a transaction is signed, and lets the node have it; the answer is its hash. */
  private String awaitWaiting() {
    patiently().until(() -> !anyTransaction(t -> isIn(t, "signed") || isIn(t, "broadcast")));
    stage.proxy().setSends(RpcProxy.Sends.LOST);
    dataSets.forEach(this::use);
    patiently().until(() -> anyTransaction(t -> isIn(t, "signed")));
    stage.stopTime();
    stage.proxy().heal();
    patiently().until(() -> anyTransaction(t -> isIn(t, "broadcast")));
    return service
        .transactions()
        .filter(transaction -> isIn(transaction, "broadcast"))
        .map(transaction -> transaction.at("/attempts/0/hash").asText())
        .findFirst()
        .orElseThrow();
  }

  private static boolean isIn(JsonNode transaction, String state) {
    return transaction.at("/state").asText().equals(state);
  }

  private boolean anyTransaction(Predicate<JsonNode> condition) {
    return service.transactions().anyMatch(condition);
  }

  private void awaitAllReportedAndPaid(UsedDataSet poisoned) {
    service.order("/api/v1/admin/report?dust=0");
    patiently()
        .atMost(Duration.ofMinutes(10))
        .untilAsserted(
            () -> {
              for (UsedDataSet dataSet : dataSets) {
                assertThat(dataSet.reportedCdnBytes()).isEqualTo(dataSet.cdnBytes());
                assertThat(dataSet.reportedCacheMissBytes()).isEqualTo(dataSet.cacheMissBytes());
                assertThat(dataSet.settled(DevnetHistory.Settlement.Rails.CDN))
                    .isEqualTo(owedFor(dataSet.cdnBytes()));
                assertThat(dataSet.settled(DevnetHistory.Settlement.Rails.CACHE_MISS))
                    .isEqualTo(owedFor(dataSet.cacheMissBytes()));
              }
              assertThat(poisoned.reportedCdnBytes()).isEqualTo(poisoned.cdnBytes());
            });
  }

  private static void assertReportedOnce(UsedDataSet dataSet) {
    assertThat(dataSet.reports())
        .extracting(DevnetHistory.UsageReport::toEpoch)
        .doesNotHaveDuplicates();
    assertThat(dataSet.reportedCdnBytes()).isEqualTo(dataSet.cdnBytes());
    assertThat(dataSet.reportedCacheMissBytes()).isEqualTo(dataSet.cacheMissBytes());
  }

  private void assertReconciled(UsedDataSet poisoned) {
    patiently()
        .untilAsserted(
            () -> {
              JsonNode reconciliation = service.json("/api/v1/reconciliation");
              // its rail has ended, so that nobody can be paid for it
              assertThat(reconciliation.at("/differences"))
                  .extracting(
                      each -> each.at("/dataSet").asText() + " " + each.at("/kind").asText())
                  .containsExactly(poisoned.id() + " lost");
              assertThat(reconciliation.at("/totals/odometer"))
                  .isEqualTo(reconciliation.at("/totals/reported"));
              assertThat(reconciliation.at("/setAside").findValuesAsText("dataSet"))
                  .containsOnly(poisoned.id().toString());
            });
  }

  /** What a payee got of all settlements along one kind of rail. */
  private BigInteger income(DevnetHistory.Settlement.Rails rail) {
    return dataSets.stream()
        .flatMap(dataSet -> dataSet.settlements().stream())
        .filter(settlement -> settlement.rail() == rail)
        .map(DevnetHistory.Settlement::amount)
        .map(OnStage::afterFee)
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  private static BigInteger funds(DevnetAccount account) {
    return stage.devnet().reads().funds(account.address());
  }
}
