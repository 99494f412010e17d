package io.filcdn.settlement.monitoring;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.network.Network;
import io.filcdn.settlement.SettlementConfig;
import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.contracts.NodeException;
import io.filcdn.settlement.guard.PriceCheck;
import io.filcdn.settlement.ledger.OwedAmounts;
import io.filcdn.settlement.ledger.ReportingStates;
import io.filcdn.settlement.ledger.Transactions;
import io.filcdn.settlement.model.Activity;
import io.filcdn.settlement.model.TransactionState;
import io.filcdn.settlement.reconciliation.ReconciliationResult;
import io.filcdn.settlement.setaside.SetAsides;
import io.filcdn.settlement.signing.OperatorKey;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** Settlement's gauges, as of the last walk. */
@ApplicationScoped
public class Gauges {

  private static final Logger LOG = Logger.getLogger(Gauges.class);
  private static final String PREFIX = "filcdn.settlement.";
  private static final int COIN_DECIMALS = 18;

  private final ReportingStates reportingStates;
  private final Transactions transactions;
  private final SetAsides setAsides;
  private final OwedAmounts owedAmounts;
  private final PriceCheck priceCheck;
  private final Node node;
  private final OperatorKey key;
  private final Network network;
  private final Alarms alarms;
  private final BigDecimal lowBalance;
  private final Clock clock;
  private final MeterRegistry meters;
  private final Map<String, Double> values = new ConcurrentHashMap<>();

  /** Only read and written by the thread that samples. */
  private boolean wasLow;

  Gauges(
      ReportingStates reportingStates,
      Transactions transactions,
      SetAsides setAsides,
      OwedAmounts owedAmounts,
      PriceCheck priceCheck,
      Node node,
      OperatorKey key,
      Network network,
      Alarms alarms,
      SettlementConfig config,
      Clock clock,
      MeterRegistry meters) {
    this.reportingStates = reportingStates;
    this.transactions = transactions;
    this.setAsides = setAsides;
    this.owedAmounts = owedAmounts;
    this.priceCheck = priceCheck;
    this.node = node;
    this.key = key;
    this.network = network;
    this.alarms = alarms;
    this.lowBalance = config.settlement().lowBalance();
    this.clock = clock;
    this.meters = meters;
  }

  /** Notes whether this process has the right to send. */
  public void active(boolean active) {
    set("active", Tags.empty(), active ? 1 : 0);
  }

  /** Reads all of them anew. */
  public void sample() {
    ReportingStates.Unreported unreported = reportingStates.unreported();
    set("unreported.bytes", Tags.of("kind", "cdn"), unreported.cdnBytes().bytes());
    set("unreported.bytes", Tags.of("kind", "cacheMiss"), unreported.cacheMissBytes().bytes());
    set(
        "unreported.oldest.seconds",
        Tags.empty(),
        unreported.oldest().map(this::ageInSeconds).orElse(0L));
    for (TransactionState state : TransactionState.values()) {
      if (state.isOpen()) {
        set("transactions.pending", Tags.of("state", state.toString()), transactions.count(state));
      }
    }
    set(
        "transactions.waiting.seconds",
        Tags.empty(),
        transactions
            .oldestWaiting()
            .map(since -> Duration.between(since, clock.instant()).toSeconds())
            .orElse(0L));
    set("prices.differ", Tags.empty(), priceCheck.difference().isPresent() ? 1 : 0);
    for (Activity activity : Activity.values()) {
      set("set.aside", Tags.of("activity", activity.toString()), setAsides.count(activity));
    }
    Instant now = clock.instant();
    set(
        "rail.deadline.seconds",
        Tags.empty(),
        owedAmounts
            .nextDeadline(network.epochAt(now))
            .map(end -> (double) Duration.between(now, network.timeOf(end)).toSeconds())
            .orElse(Double.POSITIVE_INFINITY));
    sampleBalance();
  }

  /** Notes what a reconciliation found. */
  public void reconciled(ReconciliationResult found) {
    for (ReconciliationResult.Kind kind : ReconciliationResult.Kind.values()) {
      set(
          "reconciliation.differences",
          Tags.of("kind", kind.toString()),
          found.differences().stream().filter(each -> each.kind() == kind).count());
    }
    set("reconciliation.data.sets", Tags.empty(), found.dataSets());
  }

  private void sampleBalance() {
    try {
      BigDecimal balance = new BigDecimal(node.balance(key.address()).units(), COIN_DECIMALS);
      set("operator.balance", Tags.empty(), balance.doubleValue());
      boolean isLow = balance.compareTo(lowBalance) < 0;
      if (isLow && !wasLow) {
        alarms.raise(
            Alarm.LOW_BALANCE,
            "expected %s to have at least %s FIL for gas, found %s: send it FIL"
                .formatted(key.address(), lowBalance, balance));
      }
      wasLow = isLow;
    } catch (NodeException e) {
      LOG.debugf("the operator's balance cannot be read: %s", e.getMessage());
    }
  }

  private long ageInSeconds(Epoch epoch) {
    Duration age = Duration.between(network.timeOf(epoch), clock.instant());
    return Math.max(0, age.toSeconds());
  }

  private void set(String name, Tags tags, Number value) {
    String id = name + tags;
    if (values.put(id, value.doubleValue()) == null) {
      Gauge.builder(PREFIX + name, () -> values.getOrDefault(id, Double.NaN))
          .tags(tags)
          .register(meters);
    }
  }
}
