package io.filcdn.settlement.submission;

import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.batch.Batches;
import io.filcdn.settlement.contracts.ContractError;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.plan.ReportPlan;
import io.filcdn.settlement.plan.SettlementPlan;
import jakarta.inject.Singleton;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * The execution of plans: what they found is noted, and their submissions are cut into batches that
 * are signed and sent. Each says whether all was taken that can be taken now.
 */
@Singleton
public final class PlanExecutor {

  private static final Logger LOG = Logger.getLogger(PlanExecutor.class);

  private final Findings findings;
  private final Batches batches;
  private final BatchSigner signer;
  private final Alarms alarms;

  PlanExecutor(Findings findings, Batches batches, BatchSigner signer, Alarms alarms) {
    this.findings = findings;
    this.batches = batches;
    this.signer = signer;
    this.alarms = alarms;
  }

  /** Reports what a plan of all data sets has. */
  public boolean reportAll(ReportPlan plan, Head head) {
    findings.note(plan);
    findings.noteHealed(plan);
    return submit(plan.reports(), head);
  }

  /** Reports what a plan of some data sets has. */
  public boolean reportSome(ReportPlan plan, Head head) {
    findings.note(plan);
    return submit(plan.reports(), head);
  }

  /** Has paid what a plan has. */
  public boolean settle(SettlementPlan plan, Head head) {
    findings.note(plan);
    return submit(plan.settlements(), head);
  }

  /** Ends the CDN of data sets. */
  public boolean terminate(List<Submission.Termination> terminations, Head head) {
    return submit(terminations, head);
  }

  private boolean submit(List<? extends Submission> submissions, Head head) {
    for (Submission submission : submissions) {
      if (!signer.hasRoom()) {
        LOG.infof("too many transactions wait for a block; the rest is planned again");
        return false;
      }
      // 8. batches that go through, and 9. what the guard signs of them
      switch (batches.cut(submission, signer.at(head))) {
        case Batches.Cut.Complete() -> {}
        case Batches.Cut.Stopped() -> {
          return false;
        }
        case Batches.Cut.Refused(ContractError error) -> {
          refused(submission, error);
          if (error.cause() == ContractError.Cause.CALL) {
            return true;
          }
          // for others there may be the gas
        }
      }
    }
    return true;
  }

  /** Tells that the contract refuses a submission whatever data sets it has. */
  private void refused(Submission submission, ContractError error) {
    alarms.raise(
        Alarm.RUN_REFUSED,
        "activity=%s dataSets=%d the contract or the node refuses them all: %s"
            .formatted(submission.activity(), submission.size(), error));
  }
}
