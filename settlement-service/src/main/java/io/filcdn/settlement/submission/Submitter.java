package io.filcdn.settlement.submission;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.SettlementConfig;
import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.batch.Batch;
import io.filcdn.settlement.batch.Batches;
import io.filcdn.settlement.broadcast.Broadcaster;
import io.filcdn.settlement.contracts.ContractError;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.contracts.NodeException;
import io.filcdn.settlement.due.Finding;
import io.filcdn.settlement.guard.EpochGuard;
import io.filcdn.settlement.guard.SigningGuard;
import io.filcdn.settlement.ledger.ReportingStates;
import io.filcdn.settlement.model.Nonce;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.model.TransactionId;
import io.filcdn.settlement.nonce.GapWatch;
import io.filcdn.settlement.plan.ReportPlan;
import io.filcdn.settlement.plan.SettlementPlan;
import io.filcdn.settlement.setaside.SetAside;
import io.filcdn.settlement.setaside.SetAsides;
import io.filcdn.settlement.signing.OperatorKey;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * The execution of plans: batches are signed and stored, and only then sent; what keeps a data set
 * out is noted. In a dry run it is only told.
 */
@ApplicationScoped
public class Submitter {

  private static final Logger LOG = Logger.getLogger(Submitter.class);

  private final EpochGuard epochGuard;
  private final GapWatch gapWatch;
  private final Batches batches;
  private final SigningGuard guard;
  private final Broadcaster broadcaster;
  private final SetAsides setAsides;
  private final ReportingStates reportingStates;
  private final Alarms alarms;
  private final OperatorKey key;
  private final boolean dryRun;

  Submitter(
      EpochGuard epochGuard,
      GapWatch gapWatch,
      Batches batches,
      SigningGuard guard,
      Broadcaster broadcaster,
      SetAsides setAsides,
      ReportingStates reportingStates,
      Alarms alarms,
      OperatorKey key,
      SettlementConfig config) {
    this.epochGuard = epochGuard;
    this.gapWatch = gapWatch;
    this.batches = batches;
    this.guard = guard;
    this.broadcaster = broadcaster;
    this.setAsides = setAsides;
    this.reportingStates = reportingStates;
    this.alarms = alarms;
    this.key = key;
    this.dryRun = config.settlement().dryRun();
  }

  /** Has nonces spent that are missing in the ledger, so that what waits behind them can go on. */
  public void closeGaps(Head head) {
    try {
      for (Nonce gap : gapWatch.look(key.address())) {
        if (dryRun) {
          LOG.infof("dry run: would spend nonce=%s on an empty transaction", gap);
        } else if (!goesOn(guard.fill(gap, batches.gasLimit(new Submission.GapFill()), head))) {
          return;
        }
      }
    } catch (NodeException e) {
      // what is signed already is to be sent all the same
      LOG.warnf("gaps cannot be looked for now, trying again next epoch: %s", e.getMessage());
    }
  }

  /** Sends what was signed and is not on its way, or not any more. */
  public void catchUp() {
    if (!dryRun) {
      broadcaster.catchUp();
    }
  }

  /** Offers more for the gas of a transaction that no block takes. */
  public void replaceStuck() {
    if (!dryRun) {
      broadcaster
          .stuck()
          .map(guard::replace)
          .filter(this::goesOn)
          .ifPresent(_ -> broadcaster.sendStored());
    }
  }

  public boolean hasRoom() {
    return broadcaster.hasRoom();
  }

  /** Notes what a plan of reports found. */
  public void note(ReportPlan plan) {
    plan.findings().forEach(this::setAside);
    if (!dryRun) {
      reportingStates.forgetCovered();
    }
  }

  /** Notes that all data sets were looked at, but for those that wait to be retried. */
  public void noteHealed(ReportPlan plan) {
    if (!dryRun) {
      setAsides.releaseHealed(
          plan.findings().stream().map(Finding::dataSet).collect(Collectors.toSet()));
    }
  }

  /** Notes what a plan of settlements found. */
  public void note(SettlementPlan plan) {
    plan.findings().forEach(this::setAside);
  }

  private void setAside(Finding finding) {
    if (dryRun) {
      LOG.infof(
          "dry run: would set aside dataSet=%s activity=%s reason=%s %s",
          finding.dataSet(), finding.activity(), finding.reason(), finding.message());
    } else {
      setAsides.put(finding.dataSet(), finding.activity(), finding.reason(), finding.message());
    }
  }

  /** A taker for batches that were planned at {@code head}. */
  public Batches.Taker at(Head head) {
    return new Batches.Taker() {
      @Override
      public Optional<? extends Submission> agreed(Submission part) {
        return part instanceof Submission.UsageReport report
            ? withoutDisagreeing(report)
            : Optional.of(part);
      }

      @Override
      public boolean take(Batch batch) {
        return submit(batch, head);
      }

      @Override
      public void refuse(Submission single, String why) {
        DataSetId dataSet = single.dataSets().getFirst();
        guard
            .outdated(single)
            .ifPresentOrElse(
                outdated ->
                    LOG.infof(
                        "planned anew: activity=%s %s; meanwhile %s",
                        single.activity(), why, outdated),
                () ->
                    setAside(
                        new Finding(dataSet, single.activity(), SetAside.Reason.REVERTED, why)));
      }
    };
  }

  private Optional<Submission.UsageReport> withoutDisagreeing(Submission.UsageReport report) {
    Map<DataSetId, String> mismatches = epochGuard.mismatches(report.dataSets());
    mismatches.forEach(
        (dataSet, why) ->
            alarms.raise(Alarm.EPOCH_MISMATCH, "dataSet=%s %s".formatted(dataSet, why)));
    return report.without(mismatches.keySet());
  }

  private boolean submit(Batch batch, Head head) {
    if (dryRun) {
      LOG.infof(
          "dry run: would sign activity=%s dataSets=%s gasLimit=%s",
          batch.submission().activity(), batch.submission().dataSets(), batch.gasLimit());
      return true;
    }
    if (!goesOn(guard.sign(batch.submission(), batch.gasLimit(), head))) {
      return false;
    }
    broadcaster.sendStored();
    return broadcaster.hasRoom();
  }

  private boolean goesOn(SigningGuard.Outcome outcome) {
    return switch (outcome) {
      case SigningGuard.Outcome.Stored(TransactionId _) -> true;
      case SigningGuard.Outcome.Outdated(String reason) -> {
        LOG.infof("not signed: %s", reason);
        yield true;
      }
      case SigningGuard.Outcome.TooFarAhead(String message) -> {
        LOG.infof("not signed yet: %s", message);
        yield false;
      }
      case SigningGuard.Outcome.Refused(Alarm alarm, String message) -> {
        alarms.raise(alarm, message);
        yield false;
      }
    };
  }

  /** Tells that the contract refuses a submission whatever data sets it has. */
  public void refused(Submission submission, ContractError error) {
    alarms.raise(
        Alarm.RUN_REFUSED,
        "activity=%s dataSets=%d the contract or the node refuses them all: %s"
            .formatted(submission.activity(), submission.size(), error));
  }
}
