package io.filcdn.settlement;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.contracts.OnChainUsage;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.ledger.IndexedPayments;
import io.filcdn.settlement.ledger.SetAsides;
import io.filcdn.settlement.ledger.Standing;
import io.filcdn.settlement.ledger.Standings;
import io.filcdn.settlement.ledger.TopicTables;
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
class Reconciliation {

  private static final int PAGE = 500;

  private final Standings standings;
  private final TopicTables topics;
  private final SetAsides setAsides;
  private final OperatorContract operator;
  private final Node node;
  private final Timetable timetable;
  private final Gauges gauges;
  private final Alarms alarms;
  private final Clock clock;
  private volatile Optional<ReconciliationView> latest = Optional.empty();

  Reconciliation(
      Standings standings,
      TopicTables topics,
      SetAsides setAsides,
      OperatorContract operator,
      Node node,
      Timetable timetable,
      Gauges gauges,
      Alarms alarms,
      Clock clock) {
    this.standings = standings;
    this.topics = topics;
    this.setAsides = setAsides;
    this.operator = operator;
    this.node = node;
    this.timetable = timetable;
    this.gauges = gauges;
    this.alarms = alarms;
    this.clock = clock;
  }

  /** The findings of the last comparison; empty before the first. */
  Optional<ReconciliationView> latest() {
    return latest;
  }

  /** Compares, if it is time again. */
  void runIfTime() {
    if (timetable.isTime(Timetable.Entry.RECONCILE)) {
      run();
      timetable.done(Timetable.Entry.RECONCILE);
    }
  }

  /** Compares everything now. */
  ReconciliationView run() {
    Books books = new Books(operator.rates(), node.head().latest());
    Optional<DataSetId> after = Optional.empty();
    List<Standing> page;
    do {
      page = standings.page(after, PAGE);
      List<DataSetId> ids = page.stream().map(Standing::dataSet).toList();
      List<OnChainUsage> onChain = operator.usage(ids);
      Map<DataSetId, IndexedPayments> payments = topics.payments(ids);
      for (int i = 0; i < page.size(); i++) {
        books.enter(
            page.get(i), onChain.get(i), payments.getOrDefault(ids.get(i), IndexedPayments.NONE));
      }
      after = ids.isEmpty() ? after : Optional.of(ids.getLast());
    } while (page.size() == PAGE);
    ReconciliationView found = books.close(clock.instant(), setAsides.all());
    alarmWhatStays(found);
    gauges.reconciled(found);
    latest = Optional.of(found);
    return found;
  }

  private void alarmWhatStays(ReconciliationView found) {
    Set<String> before =
        latest.stream()
            .flatMap(view -> view.differences().stream())
            .map(ReconciliationView.Difference::key)
            .collect(Collectors.toSet());
    found.differences().stream()
        .filter(difference -> before.contains(difference.key()))
        // what is lost stays lost: its alarm was the set-aside's
        .filter(difference -> difference.kind() != ReconciliationView.Kind.LOST)
        .forEach(
            difference ->
                alarms.raise(
                    Alarm.RECONCILIATION,
                    "dataSet=%s kind=%s %s"
                        .formatted(difference.dataSet(), difference.kind(), difference.message())));
  }
}
