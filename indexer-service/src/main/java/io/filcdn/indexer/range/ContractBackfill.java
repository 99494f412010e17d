package io.filcdn.indexer.range;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.chain.BlockRange;
import io.filcdn.indexer.logs.FetchedRange;
import io.filcdn.indexer.logs.LogFetcher;
import io.filcdn.indexer.projection.ChainStep;
import io.filcdn.indexer.rpc.ChainNode;
import io.filcdn.indexer.rpc.NodeFailedException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The backfill of contracts that the network file has come to name: a reader of their logs in all
 * final blocks that the index stands on. What ends it early makes the next time begin again. For
 * one thread.
 */
public final class ContractBackfill {

  private final LogFetcher logs;
  private final UnaryOperator<ChainNode> witnesses;
  private final BlockNumber firstBlock;
  private final long maxBlocks;

  /**
   * @param witnesses tells which node reads blocks a second time
   * @param firstBlock where the index begins
   * @param maxBlocks how many blocks are read at once at most
   */
  public ContractBackfill(
      LogFetcher logs, UnaryOperator<ChainNode> witnesses, BlockNumber firstBlock, long maxBlocks) {
    this.logs = logs;
    this.witnesses = witnesses;
    this.firstBlock = firstBlock;
    this.maxBlocks = maxBlocks;
  }

  /** The contracts that the network file names. */
  public Set<Address> named() {
    return logs.contracts();
  }

  /**
   * Reads the logs of {@code contracts} up to {@code last}, which is final.
   *
   * @param taking takes them, a range at a time
   * @throws NodeFailedException where the node does not tell them
   */
  public void read(
      ChainNode node, Set<Address> contracts, BlockNumber last, Consumer<ChainStep> taking) {
    LogFetcher some = logs.of(contracts);
    RangePlanner planner = new RangePlanner(firstBlock, maxBlocks, 1);
    Optional<BlockNumber> read = Optional.empty();
    Optional<BlockRange> next = planner.next(read, last, Optional.of(last));
    while (next.isPresent()) {
      switch (some.fetchTwice(node, witnesses.apply(node), next.get())) {
        case FetchedRange.Fetched fetched -> {
          ChainStep.Advance step = fetched.step();
          taking.accept(new ChainStep.Supplement(step.events(), step.undecodable()));
          planner.answered();
          read = Optional.of(step.last().number());
        }
        case FetchedRange.Moved moved -> throw new NodeFailedException(moved.found());
        case FetchedRange.Refused refused -> {
          if (!planner.refused(next.get())) {
            throw new NodeFailedException(refused.reason());
          }
        }
      }
      next = planner.next(read, last, Optional.of(last));
    }
  }
}
