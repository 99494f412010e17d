package io.filcdn.indexer;

import io.filcdn.indexer.IndexingLoop.Turn;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Repeats the turns of the indexing loop, at the pace that each turn asks for. */
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
  public Optional<Duration> turn() {
    Turn turn = guarded();
    if (turn != Turn.FAILED) {
      backoff.succeeded();
    }
    return switch (turn) {
      case MORE -> Optional.of(Duration.ZERO);
      case WAIT -> Optional.of(poll);
      case FAILED -> Optional.of(backoff.failed());
      case HALTED -> Optional.empty();
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
