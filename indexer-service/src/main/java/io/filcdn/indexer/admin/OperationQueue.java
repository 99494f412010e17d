package io.filcdn.indexer.admin;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.kafka.Topic;
import io.filcdn.indexer.chain.Block;
import io.filcdn.indexer.chain.IndexedBlock;
import io.filcdn.indexer.chain.LogFingerprints;
import io.filcdn.indexer.postgres.DatabaseFailedException;
import io.filcdn.indexer.projection.ChainStep;
import io.filcdn.indexer.projection.Index;
import io.filcdn.indexer.rpc.ChainNode;
import io.filcdn.indexer.rpc.ChainNodes;
import io.filcdn.indexer.rpc.NodeFailedException;
import io.filcdn.indexer.store.Cursor;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jboss.logging.Logger;

/**
 * The queue of what an operator asks of the process that indexes: few at a time, done one after the
 * other between the loop's turns.
 */
@Singleton
public final class OperationQueue {

  private static final Logger LOG = Logger.getLogger(OperationQueue.class);
  private static final int WAITING_AT_MOST = 4;

  /** The times that one is tried. */
  private static final int MOST_TRIES = 20;

  private final BlockingQueue<Operation> waiting = new ArrayBlockingQueue<>(WAITING_AT_MOST);

  /** The times that the next one has failed. Of the thread that indexes. */
  private int failures;

  /** An operation that an operator asks for. */
  public sealed interface Operation {

    /**
     * A return to {@code block}, where the chain changed below finality and a person has looked:
     * both chains are the same up to it, and the index follows the nodes from there.
     */
    record Rewind(BlockNumber block) implements Operation {}

    /** A republication: all that the index holds is folded anew, and published on these topics. */
    record Republish(Set<Topic> topics) implements Operation {
      public Republish {
        topics = Set.copyOf(topics);
      }
    }
  }

  /** Adds one; false where too many wait. */
  public boolean offer(Operation operation) {
    return waiting.offer(operation);
  }

  /**
   * Does the next one; false where none waits. One that fails as nodes or the database do not
   * answer stays the next for a while: it was accepted.
   */
  public boolean run(ChainNodes nodes, Index index) {
    Operation next = waiting.peek();
    if (next == null) {
      return false;
    }
    boolean stays = false;
    try {
      run(next, nodes, index);
    } catch (NodeFailedException | DatabaseFailedException e) {
      failures++;
      stays = failures < MOST_TRIES;
      if (!stays) {
        LOG.errorf(e, "given up after %d tries: %s", failures, next);
      }
      throw e;
    } finally {
      if (!stays) {
        failures = 0;
        waiting.remove(next);
      }
    }
    return true;
  }

  /** Forgets rewinds: another process indexes now, and what was asked here may be long over. */
  public void dropRewinds() {
    waiting.removeIf(Operation.Rewind.class::isInstance);
    failures = 0;
  }

  private static void run(Operation operation, ChainNodes nodes, Index index) {
    switch (operation) {
      case Operation.Rewind rewind ->
          nodes.ask(
              node -> {
                rewind(node, index, rewind.block());
                return true;
              });
      case Operation.Republish republish -> {
        LOG.infof("publishing all of %s once more", republish.topics());
        index.republish(republish.topics());
      }
    }
  }

  private static void rewind(ChainNode node, Index index, BlockNumber to) {
    Optional<Block> block = node.block(to);
    Optional<Cursor> cursor = index.cursor();
    if (block.isEmpty() || cursor.isEmpty() || cursor.get().number().compareTo(to) < 0) {
      LOG.errorf(
          "no rewind: expected a block of the index that %s has, too, found %s; the index stands at %s",
          node, to, cursor.map(at -> at.number().toString()).orElse("none"));
      return;
    }
    Optional<IndexedBlock> newest = index.newestEventUpTo(to);
    if (newest.isPresent()
        && node.block(newest.get().number())
            .filter(found -> found.hash().equals(newest.get().hash()))
            .isEmpty()) {
      LOG.errorf(
          "no rewind: expected both chains to be the same up to block %s, found that block %s differs at %s;"
              + " give a block before it",
          to, newest.get().number(), node);
      return;
    }
    LOG.warnf("rewinding from block %s to %s", cursor.get().number(), to);
    index.take(
        List.of(
            new ChainStep.Rewind(
                new IndexedBlock(to, block.get().hash(), LogFingerprints.of(List.of())))));
  }
}
