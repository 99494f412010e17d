package io.filcdn.indexer;

import io.filcdn.indexer.chain.BlockRange;
import io.filcdn.indexer.chain.Tip;
import io.filcdn.indexer.head.TipReader;
import io.filcdn.indexer.logs.FetchedRange;
import io.filcdn.indexer.logs.LogFetcher;
import io.filcdn.indexer.postgres.DatabaseFailedException;
import io.filcdn.indexer.projection.ChainStep;
import io.filcdn.indexer.projection.Index;
import io.filcdn.indexer.range.RangePlanner;
import io.filcdn.indexer.reorg.Fork;
import io.filcdn.indexer.reorg.ForkFinder;
import io.filcdn.indexer.rpc.ChainNode;
import io.filcdn.indexer.rpc.ChainNodes;
import io.filcdn.indexer.rpc.NodeFailedException;
import io.filcdn.indexer.store.Cursor;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The path from the chain to the index. One turn looks at the chain once and takes at most one
 * step: back from a fork, or over the next range. All that a turn knows it reads from a node and
 * the database, so that a turn can end anywhere, and the next one, in this process or another, goes
 * on. For one thread.
 */
record IndexingLoop(
    ChainNodes nodes,
    TipReader tips,
    ForkFinder forks,
    RangePlanner ranges,
    LogFetcher logs,
    Index index,
    Progress progress,
    IndexingMetrics metrics) {

  private static final Logger LOG = Logger.getLogger(IndexingLoop.class);

  /** What the next turn waits for. */
  enum Turn {
    /** Nothing: there is more to read. */
    MORE,
    /** A new block, or the end of the process that indexes now. */
    WAIT,
    /** Nodes or database, until they recover. */
    FAILED,
    /** A person. */
    HALTED
  }

  /** Looks at the chain, and takes the index one step closer to it. */
  Turn turn() {
    try {
      if (!index.hold()) {
        progress.is(Progress.State.STANDBY);
        return Turn.WAIT;
      }
      return nodes.ask(this::follow);
    } catch (NodeFailedException | DatabaseFailedException e) {
      LOG.warnf("indexing waits: %s", e.getMessage());
      progress.isAmiss(Progress.State.FAILING, String.valueOf(e.getMessage()));
      return Turn.FAILED;
    }
  }

  private Turn follow(ChainNode node) {
    Tip tip = tips.read(node); // 1. head
    Optional<Cursor> cursor = index.cursor();
    progress.sees(tip, cursor, index.undecodable());
    Fork fork = // 2. reorg
        cursor
            .map(at -> forks.find(node, tip.head(), at, index::blocksUpTo))
            .orElseGet(Fork.None::new);
    return switch (fork) {
      case Fork.BeyondFinality beyond -> halt(beyond);
      case Fork.At at -> rollBack(at);
      case Fork.None _ -> // 3. range
          ranges
              .next(cursor.map(Cursor::number), tip.head().number(), tip.finalNumber())
              .map(range -> advance(node, tip, cursor, range))
              .orElseGet(() -> stay(tip, cursor));
    };
  }

  private Turn advance(ChainNode node, Tip tip, Optional<Cursor> cursor, BlockRange range) {
    return switch (fetch(node, cursor, range)) { // 4. logs
      case FetchedRange.Fetched fetched -> {
        ranges.answered();
        yield apply(fetched, tip, cursor);
      }
      case FetchedRange.Refused refused -> {
        LOG.infof("blocks %s to %s were refused: %s", range.from(), range.to(), refused.reason());
        if (!ranges.refused(range)) {
          throw new NodeFailedException(refused.reason());
        }
        yield Turn.MORE;
      }
      case FetchedRange.Moved moved -> {
        LOG.infof("the chain moved: %s", moved.found());
        yield Turn.WAIT;
      }
    };
  }

  private FetchedRange fetch(ChainNode node, Optional<Cursor> cursor, BlockRange range) {
    try {
      return logs.fetch(node, range, cursor.map(Cursor::hash));
    } catch (NodeFailedException e) {
      ranges.refused(range); // it may have timed out over the range's length
      throw e;
    }
  }

  private Turn apply(FetchedRange.Fetched fetched, Tip tip, Optional<Cursor> cursor) {
    ChainStep.Advance step = fetched.step();
    var last = step.last().number();
    var finalize = ChainStep.Finalize.of(tip, last, cursor.flatMap(Cursor::finalNumber));
    index.take(Stream.concat(Stream.of(step), finalize.stream()).toList()); // 5. projection, store
    metrics.applied(fetched);
    boolean more = last.compareTo(tip.head().number()) < 0;
    LOG.debugf("applied up to block %s: %d events", last, step.events().size());
    progress.is(more ? Progress.State.CATCHING_UP : Progress.State.FOLLOWING);
    progress.sees(tip, index.cursor(), index.undecodable());
    return more ? Turn.MORE : Turn.WAIT;
  }

  private Turn stay(Tip tip, Optional<Cursor> cursor) {
    cursor
        .flatMap(at -> ChainStep.Finalize.of(tip, at.number(), at.finalNumber()))
        .ifPresent(step -> index.take(List.of(step)));
    progress.is(Progress.State.FOLLOWING);
    return Turn.WAIT;
  }

  private Turn rollBack(Fork.At fork) {
    LOG.warnf("reorg: the last %d block numbers are orphaned", fork.depth());
    index.take(List.of(fork.step()));
    metrics.reorganised(fork.depth());
    progress.is(Progress.State.CATCHING_UP);
    return Turn.MORE;
  }

  private Turn halt(Fork.BeyondFinality fork) {
    LOG.errorf("INDEXING HALTED: the chain changed below finality: %s", fork.found());
    progress.isAmiss(Progress.State.HALTED, fork.found());
    return Turn.HALTED;
  }
}
