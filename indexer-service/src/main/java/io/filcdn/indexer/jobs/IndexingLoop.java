package io.filcdn.indexer.jobs;

import io.filcdn.indexer.admin.OperationQueue;
import io.filcdn.indexer.health.Progress;
import io.filcdn.indexer.postgres.DatabaseFailedException;
import io.filcdn.indexer.projection.Index;
import io.filcdn.indexer.rpc.ChainNodes;
import io.filcdn.indexer.rpc.NodeFailedException;
import org.jboss.logging.Logger;

/**
 * The loop of the process that indexes. A turn does what an operator asked for, folds the index by
 * another network file, or follows the chain along its path; where nodes or the database fail, or
 * another process indexes, it only says so. For one thread.
 */
public record IndexingLoop(
    ChainNodes nodes, Index index, OperationQueue operations, ChainPath path, Progress progress) {

  private static final Logger LOG = Logger.getLogger(IndexingLoop.class);

  /** The outcome of a turn, by what the next one waits for. */
  public enum Turn {
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
  public Turn turn() {
    try {
      if (!index.hold()) {
        operations.dropRewinds();
        progress.enter(Progress.State.STANDBY);
        return Turn.WAIT;
      }
      if (operations.run(nodes, index)) {
        return Turn.MORE;
      }
      if (index.followNetworkFile()) {
        LOG.info("all data sets are folded by the network file as it is now");
      }
      return path.isAnotherNodeDue() ? nodes.askAnother(path::follow) : nodes.ask(path::follow);
    } catch (NodeFailedException e) {
      return e.contradictsFinality()
          ? amiss(Progress.State.HALTED, e)
          : amiss(Progress.State.FAILING, e);
    } catch (DatabaseFailedException e) {
      return amiss(Progress.State.FAILING, e);
    }
  }

  private Turn amiss(Progress.State state, RuntimeException e) {
    progress.failed(state, String.valueOf(e.getMessage()));
    return state == Progress.State.HALTED ? Turn.HALTED : Turn.FAILED;
  }
}
