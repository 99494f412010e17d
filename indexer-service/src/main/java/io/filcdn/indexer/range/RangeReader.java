package io.filcdn.indexer.range;

import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.chain.BlockRange;
import io.filcdn.indexer.chain.Tip;
import io.filcdn.indexer.logs.FetchedRange;
import io.filcdn.indexer.logs.LogFetcher;
import io.filcdn.indexer.rpc.ChainNode;
import io.filcdn.indexer.rpc.NodeFailedException;
import io.filcdn.indexer.store.Cursor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;

/**
 * A reader of the range after the index, whatever its length must be for the node to answer. Of
 * final blocks, which cannot move, the ranges behind it are read at the same time, so that the
 * database does not wait for the node; they are handed out in order. For one thread.
 */
public final class RangeReader implements AutoCloseable {

  private final RangePlanner planner;
  private final LogFetcher fetcher;
  private final UnaryOperator<ChainNode> witnesses;
  private final int prefetch;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("prefetch-", 0).factory());
  private final Deque<Prefetch> ahead = new ArrayDeque<>();

  /**
   * @param witnesses tells which node reads final blocks a second time
   * @param prefetch how many ranges are read at the same time at most
   */
  public RangeReader(
      RangePlanner planner, LogFetcher fetcher, UnaryOperator<ChainNode> witnesses, int prefetch) {
    if (prefetch < 1) {
      throw new IllegalArgumentException(
          "expected to read at least 1 range at a time, found range.prefetch " + prefetch);
    }
    this.planner = planner;
    this.fetcher = fetcher;
    this.witnesses = witnesses;
    this.prefetch = prefetch;
  }

  /** A range that is being read. */
  private record Prefetch(ChainNode node, BlockRange range, Future<FetchedRange> result) {

    boolean holds(ChainNode other, BlockNumber next) {
      return node.equals(other)
          && range.from().compareTo(next) <= 0
          && range.to().compareTo(next) >= 0;
    }
  }

  /**
   * Reads the next range.
   *
   * @return empty where the index has reached the node's head
   */
  public Optional<FetchedRange> read(ChainNode node, Tip tip, Optional<Cursor> cursor) {
    Optional<BlockNumber> indexed = cursor.map(Cursor::number);
    return planner
        .next(indexed, tip.head().number(), tip.finalNumber())
        .map(
            range ->
                range.isFinal()
                    ? readAhead(node, range, indexed)
                    : readOne(node, range, cursor.map(Cursor::hash)));
  }

  private FetchedRange readOne(ChainNode node, BlockRange range, Optional<BlockHash> before) {
    drop();
    try {
      return taken(range, fetcher.fetch(node, range, before));
    } catch (NodeFailedException e) {
      throw failed(range, e);
    }
  }

  private FetchedRange readAhead(ChainNode node, BlockRange next, Optional<BlockNumber> indexed) {
    // null rounds at the end of a range can have taken the index beyond the one after it
    while (!ahead.isEmpty() && ahead.peek().range().to().compareTo(next.from()) < 0) {
      cancel(ahead.remove());
    }
    if (ahead.isEmpty() || !ahead.peek().holds(node, next.from())) {
      drop();
      begin(node, next);
    }
    while (ahead.size() < prefetch && ahead.getLast().range().isBeforeItsLimit()) {
      begin(node, planner.after(ahead.getLast().range()));
    }
    Prefetch first = ahead.remove();
    return switch (taken(first.range(), await(first))) {
      case FetchedRange.Fetched all when indexed.isPresent() ->
          new FetchedRange.Fetched(all.step().after(indexed.get()), all.unknown(), true);
      case FetchedRange other -> other;
    };
  }

  private void begin(ChainNode node, BlockRange range) {
    ChainNode witness = witnesses.apply(node);
    ahead.add(
        new Prefetch(node, range, threads.submit(() -> fetcher.fetchTwice(node, witness, range))));
  }

  private FetchedRange await(Prefetch first) {
    try {
      return first.result().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof NodeFailedException cause) {
        throw failed(first.range(), cause);
      }
      throw new IllegalStateException("reading " + first.range() + " failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NodeFailedException("reading " + first.range() + " was interrupted", e);
    }
  }

  private FetchedRange taken(BlockRange range, FetchedRange result) {
    switch (result) {
      case FetchedRange.Fetched _ -> planner.answered();
      case FetchedRange.Refused refused -> {
        drop();
        if (!planner.refused(range)) {
          throw new NodeFailedException(refused.reason());
        }
      }
      case FetchedRange.Moved _ -> drop();
    }
    return result;
  }

  /** What was begun behind a range that failed is as long as that was. */
  private NodeFailedException failed(BlockRange range, NodeFailedException e) {
    drop();
    if (e.mayHaveBeenTooMuch()) {
      planner.refused(range);
    }
    return e;
  }

  private void drop() {
    ahead.forEach(RangeReader::cancel);
    ahead.clear();
  }

  private static void cancel(Prefetch begun) {
    begun.result().cancel(true);
  }

  @Override
  public void close() {
    drop();
    threads.shutdownNow();
  }
}
