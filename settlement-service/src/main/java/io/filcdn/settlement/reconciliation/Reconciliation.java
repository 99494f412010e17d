package io.filcdn.settlement.reconciliation;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.contracts.OnChainUsage;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.ledger.ReportingStates;
import io.filcdn.settlement.model.ReportingState;
import io.filcdn.settlement.replica.IndexedPayments;
import io.filcdn.settlement.replica.TopicTables;
import io.filcdn.settlement.setaside.SetAsides;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The comparison, data set by data set, of what was counted with what the ledger, the index and the
 * contract say of it. What differs twice in a row raises an alarm: once can be the index a moment
 * behind.
 */
@ApplicationScoped
public class Reconciliation {

  private static final int PAGE = 500;

  private final ReportingStates reportingStates;
  private final TopicTables topics;
  private final SetAsides setAsides;
  private final OperatorContract operator;
  private final Node node;
  private final Alarms alarms;
  private final Clock clock;
  private volatile Optional<ReconciliationResult> latest = Optional.empty();

  Reconciliation(
      ReportingStates reportingStates,
      TopicTables topics,
      SetAsides setAsides,
      OperatorContract operator,
      Node node,
      Alarms alarms,
      Clock clock) {
    this.reportingStates = reportingStates;
    this.topics = topics;
    this.setAsides = setAsides;
    this.operator = operator;
    this.node = node;
    this.alarms = alarms;
    this.clock = clock;
  }

  /** The findings of the last comparison; empty before the first. */
  public Optional<ReconciliationResult> latest() {
    return latest;
  }

  /** Compares everything now. */
  public ReconciliationResult run() {
    Comparison comparison = new Comparison(operator.rates(), node.head().latest());
    Optional<DataSetId> after = Optional.empty();
    List<ReportingState> page;
    do {
      page = reportingStates.page(after, PAGE);
      List<DataSetId> ids = page.stream().map(ReportingState::dataSet).toList();
      List<OnChainUsage> onChain = operator.usage(ids);
      Map<DataSetId, IndexedPayments> payments = topics.payments(ids);
      for (int i = 0; i < page.size(); i++) {
        comparison.add(
            page.get(i), onChain.get(i), payments.getOrDefault(ids.get(i), IndexedPayments.NONE));
      }
      after = ids.isEmpty() ? after : Optional.of(ids.getLast());
    } while (page.size() == PAGE);
    ReconciliationResult found = comparison.result(clock.instant(), setAsides.all());
    alarmWhatStays(found);
    latest = Optional.of(found);
    return found;
  }

  private void alarmWhatStays(ReconciliationResult found) {
    Set<String> before =
        latest.stream()
            .flatMap(view -> view.differences().stream())
            .map(ReconciliationResult.Difference::key)
            .collect(Collectors.toSet());
    found.differences().stream()
        .filter(difference -> before.contains(difference.key()))
        // what is lost stays lost: its alarm was the set-aside's
        .filter(difference -> difference.kind() != ReconciliationResult.Kind.LOST)
        .forEach(
            difference ->
                alarms.raise(
                    Alarm.RECONCILIATION,
                    "dataSet=%s kind=%s %s"
                        .formatted(difference.dataSet(), difference.kind(), difference.message())));
  }
}
