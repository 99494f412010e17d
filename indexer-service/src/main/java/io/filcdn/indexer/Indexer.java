package io.filcdn.indexer;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.health.Progress;
import io.filcdn.indexer.health.RunningIndexer;
import io.filcdn.indexer.hint.HintListener;
import io.filcdn.indexer.jobs.IndexingJob;
import io.filcdn.indexer.jobs.JobThread;
import io.filcdn.indexer.jobs.PublishingJob;
import io.filcdn.indexer.jobs.ScreeningJob;
import io.filcdn.indexer.postgres.ExclusiveSessions;
import io.filcdn.indexer.range.RangeReader;
import io.filcdn.indexer.recheck.Rechecker;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The lifecycle of the indexer: its jobs, each on a thread of its own, and what they leave open.
 */
@Startup
@Singleton
final class Indexer implements HintListener, RunningIndexer {

  private final Rechecker rechecker;
  private final Progress progress;
  private final RangeReader ranges;
  private final ExclusiveSessions sessions;
  private final JobThread indexing;
  private final JobThread publishing;
  private final JobThread screening;

  @Inject
  Indexer(
      IndexingJob indexing,
      PublishingJob publishing,
      ScreeningJob screening,
      Rechecker rechecker,
      Progress progress,
      RangeReader ranges,
      ExclusiveSessions sessions) {
    this.rechecker = rechecker;
    this.progress = progress;
    this.ranges = ranges;
    this.sessions = sessions;
    this.indexing = JobThread.start("indexing-loop", indexing);
    this.publishing = JobThread.start("outbox-publisher", publishing);
    this.screening = JobThread.start("screening", screening);
  }

  /** Reads the head at once, and the block once more where the index has it and it can change. */
  @Override
  public void hint(Optional<BlockNumber> block) {
    boolean isIndexed =
        progress
            .now()
            .cursor()
            .flatMap(at -> block.filter(b -> b.compareTo(at.number()) <= 0 && !at.isFinal(b)))
            .isPresent();
    if (isIndexed) {
      rechecker.hint();
    }
    indexing.wake();
  }

  @Override
  public boolean isAlive() {
    return Stream.of(indexing, publishing, screening).noneMatch(JobThread::hasDied);
  }

  @PreDestroy
  void stop() {
    Stream.of(indexing, publishing, screening).forEach(JobThread::close);
    ranges.close();
    sessions.close();
  }
}
