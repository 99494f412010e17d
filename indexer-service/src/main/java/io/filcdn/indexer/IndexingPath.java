package io.filcdn.indexer;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.chain.Tip;
import io.filcdn.indexer.head.TipReader;
import io.filcdn.indexer.health.IndexingMonitor;
import io.filcdn.indexer.health.Progress;
import io.filcdn.indexer.jobs.ChainPath;
import io.filcdn.indexer.jobs.IndexingLoop.Turn;
import io.filcdn.indexer.logs.FetchedRange;
import io.filcdn.indexer.projection.ChainStep;
import io.filcdn.indexer.projection.Index;
import io.filcdn.indexer.range.ContractBackfill;
import io.filcdn.indexer.range.RangeReader;
import io.filcdn.indexer.recheck.Recheck;
import io.filcdn.indexer.recheck.Rechecker;
import io.filcdn.indexer.reorg.Fork;
import io.filcdn.indexer.reorg.ForkFinder;
import io.filcdn.indexer.rpc.ChainNode;
import io.filcdn.indexer.rpc.NodeFailedException;
import io.filcdn.indexer.store.Cursor;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * The path from the chain to the index. One call looks at the chain once and takes at most one
 * step: back from a fork, over blocks that are read once more, or over the next range. All that it
 * knows it reads from a node and the database, so that it can end anywhere, and the next one, in
 * this process or another, goes on. For one thread.
 */
record IndexingPath(
    TipReader tips,
    ForkFinder forks,
    Rechecker rechecker,
    ContractBackfill backfill,
    RangeReader ranges,
    Index index,
    IndexingMonitor monitor)
    implements ChainPath {

  private static final Logger LOG = Logger.getLogger(IndexingPath.class);

  @Override
  public boolean isAnotherNodeDue() {
    return rechecker.isDue();
  }

  @Override
  public Turn follow(ChainNode node) {
    Tip tip = tips.read(node); // 1. head
    Optional<Cursor> cursor = index.cursor();
    monitor.progress().observed(tip, cursor, index.undecodableLogs());
    Fork fork = // 2. reorg
        cursor
            .map(at -> forks.find(node, tip.head(), at, index::blocksUpTo))
            .orElseGet(Fork.None::new);
    return switch (fork) {
      case Fork.BeyondFinality beyond ->
          throw NodeFailedException.contradictsFinality(beyond.found());
      case Fork.At at -> rollBack(at);
      case Fork.None _ ->
          readOtherContracts(node, cursor)
              .or(() -> cursor.flatMap(at -> recheck(node, tip, at)))
              .orElseGet(() -> advance(node, tip, cursor));
    };
  }

  /** Reads what there is of contracts that the network file names now, and did not before. */
  private Optional<Turn> readOtherContracts(ChainNode node, Optional<Cursor> cursor) {
    Optional<Set<Address>> unread = index.unread(backfill.named());
    if (unread.isEmpty()) {
      return Optional.empty();
    }
    Cursor at = cursor.orElseThrow();
    LOG.infof("the network file names other contracts; the index lacks logs of %s", unread.get());
    at.finalNumber()
        .filter(_ -> !unread.get().isEmpty())
        .ifPresent(last -> backfill.read(node, unread.get(), last, step -> take(List.of(step))));
    return switch (rechecker.reread(node, at, index.blocksUpTo(at.number()))) {
      case Recheck.Moved moved -> Optional.of(await(moved.found()));
      case Recheck.Nothing _, Recheck.Same _ -> othersAreRead(List.of());
      case Recheck.Differs differs -> othersAreRead(differs.steps());
    };
  }

  private Optional<Turn> othersAreRead(List<ChainStep> steps) {
    take(steps);
    index.markRead(backfill.named());
    return Optional.of(Turn.MORE);
  }

  private Optional<Turn> recheck(ChainNode node, Tip tip, Cursor cursor) {
    Recheck recheck = // 3. recheck
        rechecker.run(node, tip, cursor, () -> index.blocksUpTo(cursor.number()));
    return switch (recheck) {
      case Recheck.Nothing _ -> Optional.empty();
      case Recheck.Moved moved -> Optional.of(await(moved.found()));
      case Recheck.Same same when same.steps().isEmpty() -> Optional.empty();
      case Recheck.Same same -> {
        take(same.steps());
        yield Optional.of(Turn.MORE);
      }
      case Recheck.Differs differs -> {
        LOG.errorf("the index is put right: %s", differs.found());
        take(differs.steps());
        monitor.repaired();
        yield Optional.of(Turn.MORE);
      }
    };
  }

  private Turn advance(ChainNode node, Tip tip, Optional<Cursor> cursor) {
    FetchedRange fetched = // 4. range, 5. logs
        ranges.read(node, tip, cursor).orElse(null);
    return switch (fetched) {
      case null -> atHead(node, tip, cursor);
      case FetchedRange.Fetched whole -> apply(whole, tip, cursor);
      case FetchedRange.Refused refused -> {
        LOG.infof("a range was refused: %s", refused.reason());
        yield Turn.MORE;
      }
      case FetchedRange.Moved moved -> await(moved.found());
    };
  }

  private Turn atHead(ChainNode node, Tip tip, Optional<Cursor> cursor) {
    BlockNumber head = tip.head().number();
    Optional<BlockNumber> beyond =
        cursor.map(Cursor::number).filter(indexed -> indexed.compareTo(head) > 0);
    if (beyond.isPresent()) {
      monitor.behind(
          "%s: expected a head of at least %s, where the index stands, found %s"
              .formatted(node, beyond.get(), head));
    } else {
      monitor.atHead();
    }
    return Turn.WAIT;
  }

  private Turn await(String found) {
    monitor.inconsistent(found);
    return Turn.WAIT;
  }

  private void take(List<ChainStep> steps) {
    monitor.taken(index.take(steps));
  }

  private Turn apply(FetchedRange.Fetched fetched, Tip tip, Optional<Cursor> cursor) {
    take(fetched.steps(tip, cursor.flatMap(Cursor::finalNumber))); // 6. projection, store
    monitor.applied(fetched);
    boolean more = fetched.step().last().number().compareTo(tip.head().number()) < 0;
    monitor.progress().enter(more ? Progress.State.CATCHING_UP : Progress.State.FOLLOWING);
    monitor.progress().observed(tip, index.cursor(), index.undecodableLogs());
    return more ? Turn.MORE : Turn.WAIT;
  }

  private Turn rollBack(Fork.At fork) {
    LOG.warnf("reorg: the last %d block numbers are orphaned", fork.depth());
    take(List.of(fork.step()));
    monitor.reorganised(fork.depth());
    return Turn.MORE;
  }
}
