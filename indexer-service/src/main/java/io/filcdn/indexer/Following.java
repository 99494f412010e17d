package io.filcdn.indexer;

import io.filcdn.indexer.IndexingLoop.Turn;
import java.time.Duration;
import org.jboss.logging.Logger;

/** The turns of the indexing loop, repeated at the pace that each turn asks for. */
final class Following implements Repeater.Work {

  private static final Logger LOG = Logger.getLogger(Following.class);

  private final IndexingLoop loop;
  private final Progress progress;
  private final Duration poll;
  private final Backoff backoff;

  Following(IndexingLoop loop, Progress progress, Duration poll, Backoff backoff) {
    this.loop = loop;
    this.progress = progress;
    this.poll = poll;
    this.backoff = backoff;
  }

  @Override
  public Repeater.Pause turn() {
    Turn turn = guarded();
    if (turn != Turn.FAILED) {
      backoff.succeeded();
    }
    return switch (turn) {
      case MORE -> Repeater.Pause.of(Duration.ZERO);
      case WAIT -> Repeater.Pause.untilWoken(poll);
      case FAILED -> Repeater.Pause.of(backoff.failed());
      case HALTED -> Repeater.Pause.of(poll);
    };
  }

  private Turn guarded() {
    try {
      return loop.turn();
    } catch (RuntimeException e) {
      // a bug: nothing was committed; say so as loudly as can be, and try again
      LOG.error("a turn of the indexing loop failed", e);
      progress.isAmiss(Progress.State.FAILING, e.toString());
      return Turn.FAILED;
    }
  }
}
