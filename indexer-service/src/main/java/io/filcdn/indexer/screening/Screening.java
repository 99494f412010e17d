package io.filcdn.indexer.screening;

import io.filcdn.common.chain.Address;
import io.filcdn.indexer.postgres.DatabaseFailedException;
import io.filcdn.indexer.postgres.ExclusiveSession;
import io.filcdn.indexer.screening.Screener.Verdict;
import io.filcdn.indexer.store.Payers;
import io.filcdn.indexer.store.WriteMode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The screening of the CDN's payers, beside indexing, which never waits for it: new ones first,
 * then those whose last screening is old. While a screener is away, what it said before stays. For
 * one thread.
 */
public final class Screening {

  private final ExclusiveSession session;
  private final List<Screener> screeners;
  private final Duration every;
  private final int batch;
  private final Clock clock;

  /**
   * @param screeners each is asked, until one says that a payer is sanctioned
   * @param every when a payer is screened again
   */
  public Screening(
      ExclusiveSession session, List<Screener> screeners, Duration every, int batch, Clock clock) {
    this.session = session;
    this.screeners = List.copyOf(screeners);
    this.every = every;
    this.batch = batch;
    this.clock = clock;
  }

  /** The outcome of a turn. */
  public sealed interface Outcome {
    /** A turn that screened that many payers; there may be more. */
    record Screened(int payers, int sanctioned) implements Outcome {}

    /** A turn without work, as nobody is to be screened, or another process does it. */
    record Idle() implements Outcome {}

    /** A failed turn, as a screener or the database is away. */
    record Failed(String reason) implements Outcome {}
  }

  /** Screens who is to be screened, up to one batch. */
  public Outcome screen() {
    try {
      return !screeners.isEmpty() && session.hold() ? screenSome() : new Outcome.Idle();
    } catch (DatabaseFailedException e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()));
    }
  }

  private Outcome screenSome() {
    Instant now = clock.instant();
    List<Address> payers =
        session.inTransaction(
            c -> new Payers(c, WriteMode.CHANGES).toScreen(now.minus(every), batch));
    int sanctioned = 0;
    for (Address payer : payers) {
      switch (verdict(payer)) {
        case Verdict.Clear _ -> keep(payer, false, now);
        case Verdict.Sanctioned _ -> {
          keep(payer, true, now);
          sanctioned++;
        }
        case Verdict.Unavailable unavailable -> {
          return new Outcome.Failed(unavailable.reason());
        }
      }
    }
    return payers.isEmpty() ? new Outcome.Idle() : new Outcome.Screened(payers.size(), sanctioned);
  }

  private Verdict verdict(Address payer) {
    Verdict verdict = new Verdict.Clear();
    for (Screener screener : screeners) {
      verdict = screener.screen(payer);
      if (!(verdict instanceof Verdict.Clear)) {
        return verdict;
      }
    }
    return verdict;
  }

  private void keep(Address payer, boolean sanctioned, Instant at) {
    session.inTransaction(
        connection -> {
          new Payers(connection, WriteMode.CHANGES).screened(payer, sanctioned, at);
          return payer;
        });
  }
}
