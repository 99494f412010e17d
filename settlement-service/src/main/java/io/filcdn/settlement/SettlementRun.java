package io.filcdn.settlement;

import io.filcdn.settlement.batch.Batches;
import io.filcdn.settlement.confirmation.Confirmation;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.due.DueScope;
import io.filcdn.settlement.due.DueTerminations;
import io.filcdn.settlement.guard.ChainCheck;
import io.filcdn.settlement.guard.PriceCheck;
import io.filcdn.settlement.intake.TopicProgress;
import io.filcdn.settlement.ledger.ActiveSender;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.plan.DueWork;
import io.filcdn.settlement.plan.Planner;
import io.filcdn.settlement.plan.ReportPlan;
import io.filcdn.settlement.plan.SettlementPlan;
import io.filcdn.settlement.submission.Submitter;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * The path of settlement, walked once an epoch: what was signed goes out and is followed until it
 * is final; then what is due is reported, what is owed is paid, and the CDN of sanctioned payers
 * ends. A failure ends the walk where it happens; the next one begins at the top, and the ledger
 * knows how far this one came.
 */
@ApplicationScoped
public class SettlementRun {

  private static final Logger LOG = Logger.getLogger(SettlementRun.class);

  private final Node node;
  private final ChainCheck chainCheck;
  private final PriceCheck priceCheck;
  private final ActiveSender activeSender;
  private final Confirmation confirmation;
  private final TopicProgress topics;
  private final DueWork dueWork;
  private final Planner planner;
  private final DueTerminations dueTerminations;
  private final Batches batches;
  private final Submitter submitter;

  SettlementRun(
      Node node,
      ChainCheck chainCheck,
      PriceCheck priceCheck,
      ActiveSender activeSender,
      Confirmation confirmation,
      TopicProgress topics,
      DueWork dueWork,
      Planner planner,
      DueTerminations dueTerminations,
      Batches batches,
      Submitter submitter) {
    this.node = node;
    this.chainCheck = chainCheck;
    this.priceCheck = priceCheck;
    this.activeSender = activeSender;
    this.confirmation = confirmation;
    this.topics = topics;
    this.dueWork = dueWork;
    this.planner = planner;
    this.dueTerminations = dueTerminations;
    this.batches = batches;
    this.submitter = submitter;
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
    if (!isRightChain(!reports.isEmpty() || !settlements.isEmpty())) {
      return false;
    }
    return activeSender.run(
        () -> {
          // 2. what became of open transactions
          confirmation.follow(head);
          // 3. bytes that were signed and are not on their way, or not any more, in unbroken order
          submitter.closeGaps(head);
          submitter.catchUp();
          // 4. more for the gas of one that no block takes
          submitter.replaceStuck();
          if (topics.lag().isPresent()) {
            return;
          }
          // 5. what is due
          reports.stream()
              .filter(item -> report(head, item.scope()))
              .forEach(item -> item.done().run());
          // 6. what is owed
          settlements.stream()
              .filter(item -> settle(head, item.scope()))
              .forEach(item -> item.done().run());
          // 7. whose CDN is to end
          submit(dueTerminations.find(), head);
        });
  }

  /** Looks before anything new is signed, and until all is right. */
  private boolean isRightChain(boolean planning) {
    if (!planning && chainCheck.fault().isEmpty()) {
      return true;
    }
    boolean right = chainCheck.passes();
    if (right) {
      priceCheck.look();
    }
    return right;
  }

  /** Reports what is due. */
  private boolean report(Head head, DueScope scope) {
    ReportPlan plan = planner.report(head, scope);
    submitter.note(plan);
    if (scope.only().isEmpty()) {
      submitter.noteHealed(plan);
    }
    return submit(plan.reports(), head);
  }

  /** Has paid what is owed. */
  private boolean settle(Head head, DueScope scope) {
    SettlementPlan plan = planner.settle(head, scope);
    submitter.note(plan);
    return submit(plan.settlements(), head);
  }

  /** Signs and sends; says whether all was taken that can be taken now. */
  private boolean submit(List<? extends Submission> submissions, Head head) {
    for (Submission submission : submissions) {
      if (!submitter.hasRoom()) {
        LOG.infof("too many transactions wait for a block; the rest is planned again");
        return false;
      }
      // 8. batches that go through, and 9. what the submitter has the guard sign
      switch (batches.cut(submission, submitter.at(head))) {
        case Batches.Cut.Complete() -> {}
        case Batches.Cut.Stopped() -> {
          return false;
        }
        case Batches.Cut.Refused refused -> {
          submitter.refused(submission, refused.error());
          return true;
        }
      }
    }
    return true;
  }
}
