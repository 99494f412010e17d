package io.filcdn.settlement.guard;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.contracts.OnChainUsage;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.ledger.Standing;
import io.filcdn.settlement.ledger.Standings;
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
  private final Standings tables;

  EpochGuard(OperatorContract operator, Standings tables) {
    this.operator = operator;
    this.tables = tables;
  }

  /** Why data sets cannot be reported now; those that are not named can. */
  public Map<DataSetId, String> objections(List<DataSetId> dataSets) {
    List<Standing> standings = tables.of(dataSets);
    List<OnChainUsage> onChain = operator.usage(standings.stream().map(Standing::dataSet).toList());
    Map<DataSetId, String> objections = new LinkedHashMap<>();
    for (int i = 0; i < standings.size(); i++) {
      Standing standing = standings.get(i);
      objection(standing, onChain.get(i).maxReported())
          .ifPresent(why -> objections.put(standing.dataSet(), why));
    }
    return objections;
  }

  /**
   * Why a data set cannot be reported, where the contract shows {@code onChain} as its last epoch.
   */
  public static Optional<String> objection(Standing standing, Epoch onChain) {
    return onChain.equals(standing.expectedOnChain())
        ? Optional.empty()
        : Optional.of(
            "expected maxReportedEpoch %s (index: %s, own: %s), found %s: it waits"
                .formatted(
                    standing.expectedOnChain(),
                    standing.lastReported().map(Epoch::toString).orElse("none"),
                    standing.own().lastIncluded().map(Epoch::toString).orElse("none"),
                    onChain));
  }
}
