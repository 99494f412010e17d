package io.filcdn.settlement.guard;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.contracts.OnChainUsage;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.ledger.Standing;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Lets a data set be reported only where the contract's maxReportedEpoch is the one that index and
 * ledger lead us to expect. Otherwise there is a report that they do not know, or they know one
 * that is gone: what is due cannot be told, so it waits.
 */
@Singleton
public final class EpochGuard {

  private final OperatorContract operator;
  private final Alarms alarms;

  EpochGuard(OperatorContract operator, Alarms alarms) {
    this.operator = operator;
    this.alarms = alarms;
  }

  /** Those of {@code standings} that can be reported now. */
  public Set<DataSetId> admitted(List<Standing> standings) {
    List<OnChainUsage> onChain = operator.usage(standings.stream().map(Standing::dataSet).toList());
    Set<DataSetId> admitted = new HashSet<>();
    for (int i = 0; i < standings.size(); i++) {
      if (agrees(standings.get(i), onChain.get(i).maxReported())) {
        admitted.add(standings.get(i).dataSet());
      }
    }
    return admitted;
  }

  private boolean agrees(Standing standing, Epoch onChain) {
    if (onChain.equals(standing.expectedOnChain())) {
      return true;
    }
    alarms.raise(
        Alarm.EPOCH_MISMATCH,
        "dataSet=%s expected maxReportedEpoch %s (index: %s, own: %s), found %s: it waits"
            .formatted(
                standing.dataSet(),
                standing.expectedOnChain(),
                standing.lastReported().map(Epoch::toString).orElse("none"),
                standing.lastOwnIncluded().map(Epoch::toString).orElse("none"),
                onChain));
    return false;
  }
}
