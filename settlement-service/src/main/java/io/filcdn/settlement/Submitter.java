package io.filcdn.settlement;

import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.batch.Batch;
import io.filcdn.settlement.batch.Batches;
import io.filcdn.settlement.broadcast.Broadcaster;
import io.filcdn.settlement.contracts.ContractError;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.guard.SigningGuard;
import io.filcdn.settlement.ledger.SetAside;
import io.filcdn.settlement.ledger.SetAsides;
import io.filcdn.settlement.ledger.Submission;
import io.filcdn.settlement.ledger.TransactionId;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.logging.Logger;

/** What is done with a batch: it is signed and stored, and only then sent. */
@ApplicationScoped
class Submitter {

  private static final Logger LOG = Logger.getLogger(Submitter.class);

  private final SigningGuard guard;
  private final Broadcaster broadcaster;
  private final SetAsides setAsides;
  private final Alarms alarms;

  Submitter(SigningGuard guard, Broadcaster broadcaster, SetAsides setAsides, Alarms alarms) {
    this.guard = guard;
    this.broadcaster = broadcaster;
    this.setAsides = setAsides;
    this.alarms = alarms;
  }

  /** A taker for batches that were planned at {@code head}. */
  Batches.Taker at(Head head) {
    return new Batches.Taker() {
      @Override
      public boolean take(Batch batch) {
        return submit(batch, head);
      }

      @Override
      public void refuse(Submission single, String why) {
        setAsides.put(
            single.dataSets().getFirst(), single.activity(), SetAside.Reason.REVERTED, why);
      }
    };
  }

  private boolean submit(Batch batch, Head head) {
    return switch (guard.sign(batch.submission(), batch.gasLimit(), head)) {
      case SigningGuard.Outcome.Stored(TransactionId _) -> {
        broadcaster.sendStored();
        yield broadcaster.hasRoom();
      }
      case SigningGuard.Outcome.Outdated(String objection) -> {
        LOG.infof("not signed: %s", objection);
        yield true;
      }
      case SigningGuard.Outcome.NoNonce(String message) -> {
        alarms.raise(Alarm.NONCE_BEHIND, message);
        yield false;
      }
    };
  }

  /** Tells that the contract refuses a submission whatever data sets it has. */
  void refused(Submission submission, ContractError error) {
    alarms.raise(
        Alarm.RUN_REFUSED,
        "activity=%s dataSets=%d the contract refuses them all: %s"
            .formatted(submission.activity(), submission.size(), error));
  }
}
