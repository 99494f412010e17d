package io.filcdn.settlement;

import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.due.DueScope;
import io.filcdn.settlement.guard.ChainPreconditions;
import io.filcdn.settlement.ledger.ActiveSender;
import io.filcdn.settlement.plan.DueWork;
import io.filcdn.settlement.plan.Planner;
import io.filcdn.settlement.plan.ReportPlan;
import io.filcdn.settlement.submission.OpenTransactions;
import io.filcdn.settlement.submission.PlanExecutor;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/**
 * The path of settlement, walked once an epoch: what was signed goes out and is followed until it
 * is final; then what is due is reported, what is owed is paid, and the CDN of sanctioned payers
 * ends. A failure ends the walk where it happens; the next one begins at the top, and the ledger
 * knows how far this one came.
 */
@ApplicationScoped
public class SettlementRun {

  private final Node node;
  private final ChainPreconditions preconditions;
  private final ActiveSender activeSender;
  private final OpenTransactions openTransactions;
  private final DueWork dueWork;
  private final Planner planner;
  private final PlanExecutor executor;

  SettlementRun(
      Node node,
      ChainPreconditions preconditions,
      ActiveSender activeSender,
      OpenTransactions openTransactions,
      DueWork dueWork,
      Planner planner,
      PlanExecutor executor) {
    this.node = node;
    this.preconditions = preconditions;
    this.activeSender = activeSender;
    this.openTransactions = openTransactions;
    this.dueWork = dueWork;
    this.planner = planner;
    this.executor = executor;
  }

  /**
   * Walks the path once.
   *
   * @return whether this process has the right to send; another one walks where it has not
   */
  public boolean walk() {
    Head head = node.head();
    List<DueWork.Item> reports = dueWork.reports(head);
    List<DueWork.Item> settlements = dueWork.settlements(head);
    // 1. the chain is the right one, the contract obeys our key, and these are its prices
    if (!preconditions.hold(!reports.isEmpty() || !settlements.isEmpty())) {
      return false;
    }
    return activeSender.run(
        () -> {
          // 2. what became of open transactions
          openTransactions.follow(head);
          // 3. bytes that were signed and are not on their way, or not any more, in unbroken order
          openTransactions.catchUp(head);
          // 4. more for the gas of one that no block takes
          openTransactions.replaceStuck();
          if (!planner.canPlan()) {
            return;
          }
          // 5. what is due
          reports.stream()
              .filter(item -> report(head, item.scope()))
              .forEach(item -> item.done().run());
          // 6. what is owed
          settlements.stream()
              .filter(item -> executor.settle(planner.settle(head, item.scope()), head))
              .forEach(item -> item.done().run());
          // 7. whose CDN is to end
          executor.terminate(planner.terminate(), head);
        });
  }

  private boolean report(Head head, DueScope scope) {
    ReportPlan plan = planner.report(head, scope);
    return scope.only().isEmpty()
        ? executor.reportAll(plan, head)
        : executor.reportSome(plan, head);
  }
}
