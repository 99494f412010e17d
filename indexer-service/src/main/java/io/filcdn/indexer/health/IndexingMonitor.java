package io.filcdn.indexer.health;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.indexer.logs.FetchedRange;
import io.filcdn.indexer.range.RangePlanner;
import io.filcdn.indexer.rpc.NodeFailedException;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * The monitor of the path from the chain to the index: what comes of each step goes to the log, the
 * meters and the {@link Progress}. For one thread.
 */
public final class IndexingMonitor {

  private static final Logger LOG = Logger.getLogger(IndexingMonitor.class);

  private final Progress progress;
  private final InconsistentReads inconsistentReads = new InconsistentReads();
  private final IndexingMetrics metrics;

  public IndexingMonitor(MeterRegistry registry, Progress progress, RangePlanner ranges) {
    this.progress = progress;
    this.metrics = new IndexingMetrics(registry, progress, inconsistentReads, ranges);
  }

  public Progress progress() {
    return progress;
  }

  /**
   * A node's answers do not fit together, so that nothing is taken.
   *
   * @throws NodeFailedException where that was so too many times in a row
   */
  public void inconsistent(String found) {
    inconsistentReads.count(found);
    progress.awaitNode(found);
  }

  /**
   * A node has not come as far as the index.
   *
   * @throws NodeFailedException where that was so too many times in a row
   */
  public void behind(String found) {
    inconsistentReads.count(found);
    progress.enter(Progress.State.FOLLOWING);
  }

  /** The index has reached the head. */
  public void atHead() {
    inconsistentReads.reset();
    progress.enter(Progress.State.FOLLOWING);
  }

  /**
   * Steps were taken.
   *
   * @param takenBack the data sets that were taken back although edges may have served them
   */
  public void taken(Set<DataSetId> takenBack) {
    inconsistentReads.reset();
    if (!takenBack.isEmpty()) {
      LOG.errorf(
          "a reorganisation deeper than finality.servingDepth took back data sets that may have been served: %s",
          takenBack);
      metrics.tookBack(takenBack.size());
    }
  }

  /** A range was applied. */
  public void applied(FetchedRange.Fetched fetched) {
    metrics.applied(fetched);
  }

  /** Blocks were found to hold other logs than the index had. */
  public void repaired() {
    metrics.repaired();
  }

  /** The index was rolled back by {@code depth} block numbers. */
  public void reorganised(long depth) {
    metrics.reorganised(depth);
    progress.enter(Progress.State.CATCHING_UP);
  }
}
