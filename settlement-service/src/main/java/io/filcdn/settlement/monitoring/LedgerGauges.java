package io.filcdn.settlement.monitoring;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.network.Network;
import io.filcdn.settlement.ledger.OwedAmounts;
import io.filcdn.settlement.ledger.ReportingStates;
import io.filcdn.settlement.ledger.Transactions;
import io.filcdn.settlement.model.Activity;
import io.filcdn.settlement.model.TransactionState;
import io.filcdn.settlement.setaside.SetAsides;
import io.micrometer.core.instrument.Tags;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** The gauges of what the tables say: usage, transactions, set-asides and the next deadline. */
@Singleton
final class LedgerGauges {

  private final Gauges gauges;
  private final ReportingStates reportingStates;
  private final Transactions transactions;
  private final SetAsides setAsides;
  private final OwedAmounts owedAmounts;
  private final Network network;
  private final Clock clock;

  LedgerGauges(
      Gauges gauges,
      ReportingStates reportingStates,
      Transactions transactions,
      SetAsides setAsides,
      OwedAmounts owedAmounts,
      Network network,
      Clock clock) {
    this.gauges = gauges;
    this.reportingStates = reportingStates;
    this.transactions = transactions;
    this.setAsides = setAsides;
    this.owedAmounts = owedAmounts;
    this.network = network;
    this.clock = clock;
  }

  /** Reads all of them anew. */
  void sample() {
    sampleUsage();
    sampleTransactions();
    for (Activity activity : Activity.values()) {
      gauges.set("set.aside", Tags.of("activity", activity.toString()), setAsides.count(activity));
    }
    Instant now = clock.instant();
    gauges.set(
        "rail.deadline.seconds",
        owedAmounts.deadlines(network.epochAt(now), 1).stream()
            .findFirst()
            .map(next -> (double) Duration.between(now, network.timeOf(next.end())).toSeconds())
            .orElse(Double.POSITIVE_INFINITY));
  }

  private void sampleUsage() {
    ReportingStates.Unreported unreported = reportingStates.unreported();
    gauges.set("unreported.bytes", Tags.of("kind", "cdn"), unreported.cdnBytes().bytes());
    gauges.set(
        "unreported.bytes", Tags.of("kind", "cacheMiss"), unreported.cacheMissBytes().bytes());
    gauges.set("unreported.oldest.seconds", unreported.oldest().map(this::ageInSeconds).orElse(0L));
  }

  private void sampleTransactions() {
    for (TransactionState state : TransactionState.values()) {
      if (state.isOpen()) {
        gauges.set(
            "transactions.pending", Tags.of("state", state.toString()), transactions.count(state));
      }
    }
    gauges.set(
        "transactions.waiting.seconds",
        transactions
            .oldestWaiting()
            .map(since -> Duration.between(since, clock.instant()).toSeconds())
            .orElse(0L));
  }

  private long ageInSeconds(Epoch epoch) {
    Duration age = Duration.between(network.timeOf(epoch), clock.instant());
    return Math.max(0, age.toSeconds());
  }
}
