package io.filcdn.settlement.monitoring;

import io.filcdn.settlement.reconciliation.ReconciliationResult;
import io.micrometer.core.instrument.Tags;
import jakarta.inject.Singleton;

/** Settlement's gauges, as of the last walk. */
@Singleton
public final class SettlementGauges {

  private final Gauges gauges;
  private final LedgerGauges ledger;
  private final ChainGauges chain;

  SettlementGauges(Gauges gauges, LedgerGauges ledger, ChainGauges chain) {
    this.gauges = gauges;
    this.ledger = ledger;
    this.chain = chain;
  }

  /** Notes whether this process has the right to send. */
  public void active(boolean active) {
    gauges.set("active", active ? 1 : 0);
  }

  /** Notes what a reconciliation found. */
  public void reconciled(ReconciliationResult found) {
    for (ReconciliationResult.Kind kind : ReconciliationResult.Kind.values()) {
      gauges.set(
          "reconciliation.differences",
          Tags.of("kind", kind.toString()),
          found.differences().stream().filter(each -> each.kind() == kind).count());
    }
    gauges.set("reconciliation.data.sets", found.dataSets());
  }

  /** Reads all others anew. */
  public void sample() {
    ledger.sample();
    chain.sample();
  }
}
