package io.filcdn.settlement.submission;

import io.filcdn.settlement.broadcast.Broadcaster;
import io.filcdn.settlement.confirmation.Confirmation;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.guard.ReplacementGuard;
import jakarta.inject.Singleton;

/**
 * The handling of transactions that are signed and not closed, before anything new is signed. In a
 * dry run nothing is sent.
 */
@Singleton
public final class OpenTransactions {

  private final Confirmation confirmation;
  private final GapFiller gapFiller;
  private final Broadcaster broadcaster;
  private final ReplacementGuard guard;
  private final SigningOutcomes outcomes;
  private final SubmissionConfig config;

  OpenTransactions(
      Confirmation confirmation,
      GapFiller gapFiller,
      Broadcaster broadcaster,
      ReplacementGuard guard,
      SigningOutcomes outcomes,
      SubmissionConfig config) {
    this.confirmation = confirmation;
    this.gapFiller = gapFiller;
    this.broadcaster = broadcaster;
    this.guard = guard;
    this.outcomes = outcomes;
    this.config = config;
  }

  /** Notes what became of them. */
  public void follow(Head head) {
    confirmation.follow(head);
  }

  /** Sends what is not on its way, or not any more, in unbroken order. */
  public void catchUp(Head head) {
    gapFiller.fill(head);
    if (!config.dryRun()) {
      broadcaster.catchUp();
    }
  }

  /** Offers more for the gas of one that no block takes. */
  public void replaceStuck() {
    if (!config.dryRun()) {
      broadcaster
          .stuck()
          .map(guard::replace)
          .filter(outcomes::goesOn)
          .ifPresent(_ -> broadcaster.sendStored());
    }
  }
}
