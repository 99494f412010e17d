package io.filcdn.indexer.jobs;

import io.filcdn.indexer.health.Progress;
import io.filcdn.indexer.jobs.IndexingLoop.Turn;
import io.filcdn.service.schedule.Backoff;
import io.filcdn.service.tracing.Tracing;
import java.time.Duration;
import org.jboss.logging.Logger;

/** The job that takes turns of the indexing loop, at the pace that each turn asks for. */
public final class IndexingJob implements Job {

  private static final Logger LOG = Logger.getLogger(IndexingJob.class);

  private final IndexingLoop loop;
  private final Progress progress;
  private final Duration poll;
  private final Backoff backoff;

  public IndexingJob(IndexingLoop loop, Progress progress, Duration poll, Backoff backoff) {
    this.loop = loop;
    this.progress = progress;
    this.poll = poll;
    this.backoff = backoff;
  }

  @Override
  public Pause run() {
    Turn turn = guarded();
    if (turn != Turn.FAILED) {
      backoff.succeeded();
    }
    return switch (turn) {
      case MORE -> Pause.of(Duration.ZERO);
      case WAIT -> Pause.untilWoken(poll);
      case FAILED -> Pause.of(backoff.failed());
      case HALTED -> Pause.of(poll);
    };
  }

  private Turn guarded() {
    try {
      return Tracing.begin("index", loop::turn);
    } catch (RuntimeException e) {
      // a bug: nothing was committed; say so as loudly as can be, and try again
      LOG.error("a turn of the indexing loop failed", e);
      progress.failed(Progress.State.FAILING, e.toString());
      return Turn.FAILED;
    }
  }
}
