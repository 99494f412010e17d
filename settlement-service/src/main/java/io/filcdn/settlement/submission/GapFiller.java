package io.filcdn.settlement.submission;

import io.filcdn.settlement.batch.Batches;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.contracts.NodeException;
import io.filcdn.settlement.guard.SigningGuard;
import io.filcdn.settlement.model.Nonce;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.nonce.GapWatch;
import io.filcdn.settlement.signing.OperatorKey;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/** The filling of nonce gaps with empty transactions. */
@Singleton
final class GapFiller {

  private static final Logger LOG = Logger.getLogger(GapFiller.class);

  private final GapWatch gapWatch;
  private final Batches batches;
  private final SigningGuard guard;
  private final SigningOutcomes outcomes;
  private final OperatorKey key;
  private final SubmissionConfig config;

  GapFiller(
      GapWatch gapWatch,
      Batches batches,
      SigningGuard guard,
      SigningOutcomes outcomes,
      OperatorKey key,
      SubmissionConfig config) {
    this.gapWatch = gapWatch;
    this.batches = batches;
    this.guard = guard;
    this.outcomes = outcomes;
    this.key = key;
    this.config = config;
  }

  /** Has nonces spent that are missing in the ledger, so that what waits behind them can go on. */
  void fill(Head head) {
    try {
      for (Nonce gap : gapWatch.look(key.address())) {
        if (config.dryRun()) {
          LOG.infof("dry run: would spend nonce=%s on an empty transaction", gap);
        } else if (!outcomes.goesOn(
            guard.fill(gap, batches.gasLimit(new Submission.GapFill()), head))) {
          return;
        }
      }
    } catch (NodeException e) {
      // what is signed already is to be sent all the same
      LOG.warnf("gaps cannot be looked for now, trying again next epoch: %s", e.getMessage());
    }
  }
}
