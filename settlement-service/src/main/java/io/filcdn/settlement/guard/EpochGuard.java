package io.filcdn.settlement.guard;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.contracts.OnChainUsage;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.ledger.ReportingStates;
import io.filcdn.settlement.model.ReportingState;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The comparison of what the contract last took of a data set with what the index and our ledger
 * know. Where they differ, one of them has not seen a report yet, and what would be reported might
 * be on chain already.
 */
@Singleton
public final class EpochGuard {

  private final OperatorContract operator;
  private final ReportingStates reportingStates;

  EpochGuard(OperatorContract operator, ReportingStates reportingStates) {
    this.operator = operator;
    this.reportingStates = reportingStates;
  }

  /** Why data sets cannot be reported now; those that are not named can. */
  public Map<DataSetId, String> mismatches(List<DataSetId> dataSets) {
    List<ReportingState> states = reportingStates.of(dataSets);
    List<OnChainUsage> onChain =
        operator.usage(states.stream().map(ReportingState::dataSet).toList());
    Map<DataSetId, String> mismatches = new LinkedHashMap<>();
    for (int i = 0; i < states.size(); i++) {
      ReportingState state = states.get(i);
      mismatch(state, onChain.get(i).maxReported())
          .ifPresent(why -> mismatches.put(state.dataSet(), why));
    }
    return mismatches;
  }

  /**
   * Why a data set cannot be reported, where the contract shows {@code onChain} as its last epoch.
   */
  public static Optional<String> mismatch(ReportingState state, Epoch onChain) {
    return onChain.equals(state.expectedOnChain())
        ? Optional.empty()
        : Optional.of(
            "expected maxReportedEpoch %s (index: %s, own: %s), found %s: it waits"
                .formatted(
                    state.expectedOnChain(),
                    state.lastReported().map(Epoch::toString).orElse("none"),
                    state.ownRollups().lastIncluded().map(Epoch::toString).orElse("none"),
                    onChain));
  }
}
