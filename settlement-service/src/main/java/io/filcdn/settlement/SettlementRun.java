package io.filcdn.settlement;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.settlement.batch.Batches;
import io.filcdn.settlement.broadcast.Broadcaster;
import io.filcdn.settlement.confirmation.Confirmation;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.due.DueReports;
import io.filcdn.settlement.due.DueSettlements;
import io.filcdn.settlement.due.DueUsage;
import io.filcdn.settlement.guard.ChainCheck;
import io.filcdn.settlement.guard.EpochGuard;
import io.filcdn.settlement.intake.TopicProgress;
import io.filcdn.settlement.ledger.ActiveSender;
import io.filcdn.settlement.ledger.Submission;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * The path of settlement, walked once an epoch: what was signed goes out and is followed until it
 * is final; then what is due is reported, and what is owed is paid. A failure ends the walk where
 * it happens; the next one begins at the top, and the ledger knows how far this one came.
 */
@ApplicationScoped
public class SettlementRun {

  private static final Logger LOG = Logger.getLogger(SettlementRun.class);

  private final Node node;
  private final ChainCheck chainCheck;
  private final ActiveSender activeSender;
  private final Broadcaster broadcaster;
  private final Confirmation confirmation;
  private final TopicProgress topics;
  private final Timetable timetable;
  private final DueReports dueReports;
  private final DueSettlements dueSettlements;
  private final EpochGuard epochGuard;
  private final Batches batches;
  private final Submitter submitter;

  SettlementRun(
      Node node,
      ChainCheck chainCheck,
      ActiveSender activeSender,
      Broadcaster broadcaster,
      Confirmation confirmation,
      TopicProgress topics,
      Timetable timetable,
      DueReports dueReports,
      DueSettlements dueSettlements,
      EpochGuard epochGuard,
      Batches batches,
      Submitter submitter) {
    this.node = node;
    this.chainCheck = chainCheck;
    this.activeSender = activeSender;
    this.broadcaster = broadcaster;
    this.confirmation = confirmation;
    this.topics = topics;
    this.timetable = timetable;
    this.dueReports = dueReports;
    this.dueSettlements = dueSettlements;
    this.epochGuard = epochGuard;
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
    if (!isRightChain()) {
      return false;
    }
    return activeSender.run(
        () -> {
          broadcaster.sendStored();
          confirmation.follow(head);
          if (topics.lag().isPresent()) {
            return;
          }
          if (timetable.isTime(Timetable.Entry.REPORT) && report(head)) {
            timetable.done(Timetable.Entry.REPORT);
          }
          if (timetable.isTime(Timetable.Entry.SETTLE) && settle(head)) {
            timetable.done(Timetable.Entry.SETTLE);
          }
        });
  }

  /** Looks before anything new is signed, and until all is right. */
  private boolean isRightChain() {
    boolean planning =
        timetable.isTime(Timetable.Entry.REPORT) || timetable.isTime(Timetable.Entry.SETTLE);
    return planning || chainCheck.objection().isPresent() ? chainCheck.passes() : true;
  }

  /** Reports what is due. */
  private boolean report(Head head) {
    List<DueUsage> due = dueReports.find(head.latest());
    Set<DataSetId> admitted = epochGuard.admitted(due.stream().map(DueUsage::standing).toList());
    return submit(
        DueReports.reports(
            due.stream().filter(usage -> admitted.contains(usage.standing().dataSet())).toList()),
        head);
  }

  /** Has paid what is owed, the CDN's rails and the providers' alike. */
  private boolean settle(Head head) {
    List<DueSettlements.Debt> debts = dueSettlements.debts(head.latest());
    boolean cdn =
        submit(dueSettlements.settlements(QuotaRecord.Kind.CDN, debts, head.latest()), head);
    boolean cacheMiss =
        submit(dueSettlements.settlements(QuotaRecord.Kind.CACHE_MISS, debts, head.latest()), head);
    return cdn && cacheMiss;
  }

  /** Signs and sends; says whether all was taken that can be taken now. */
  private boolean submit(List<? extends Submission> submissions, Head head) {
    for (Submission submission : submissions) {
      if (!broadcaster.hasRoom()) {
        LOG.infof("too many transactions wait for a block; the rest is planned again");
        return false;
      }
      switch (batches.cut(submission, submitter.at(head))) {
        case Batches.Cut.Complete() -> {}
        case Batches.Cut.Stopped() -> {
          return false;
        }
        case Batches.Cut.Refused refused -> submitter.refused(submission, refused.error());
      }
    }
    return true;
  }
}
