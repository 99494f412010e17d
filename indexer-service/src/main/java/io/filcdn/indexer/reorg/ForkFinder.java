package io.filcdn.indexer.reorg;

import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.chain.Block;
import io.filcdn.indexer.chain.IndexedBlock;
import io.filcdn.indexer.projection.ChainStep;
import io.filcdn.indexer.rpc.ChainNode;
import io.filcdn.indexer.rpc.NodeFailedException;
import io.filcdn.indexer.store.Cursor;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The comparison of the index's block hashes with a node's chain. A block is proven orphaned by
 * another one with its number, or, where its number is now a null round, by a later one with
 * another parent. A node that has not come as far as the index proves nothing by that.
 */
public final class ForkFinder {

  /**
   * Looks for a fork.
   *
   * @param head the node's newest block
   * @param cursor where the index stands
   * @param storedUpTo the index's blocks up to a number, the newest first, down to a final one
   */
  public Fork find(
      ChainNode node,
      Block head,
      Cursor cursor,
      Function<BlockNumber, List<IndexedBlock>> storedUpTo) {
    boolean reachesCursor = head.number().compareTo(cursor.number()) >= 0;
    if (reachesCursor && isOnChain(node, head, cursor.number(), cursor.hash())) {
      return new Fork.None();
    }
    List<IndexedBlock> stored = storedUpTo.apply(head.number());
    for (IndexedBlock block : stored) {
      if (isOnChain(node, head, block.number(), block.hash())) {
        boolean newest = block.equals(stored.getFirst());
        return newest ? new Fork.None() : forkAfter(Optional.of(block.number()), cursor);
      }
      if (cursor.isFinal(block.number())) {
        return new Fork.BeyondFinality(
            "expected the final block %s to be %s, found another one at %s"
                .formatted(block.number(), block.hash(), node));
      }
    }
    return stored.isEmpty() ? new Fork.None() : forkAfter(Optional.empty(), cursor);
  }

  private static Fork forkAfter(Optional<BlockNumber> ancestor, Cursor cursor) {
    long depth = cursor.number().value() - ancestor.map(BlockNumber::value).orElse(-1L);
    return new Fork.At(new ChainStep.Reorg(ancestor), depth);
  }

  private static boolean isOnChain(ChainNode node, Block head, BlockNumber number, BlockHash hash) {
    Block found =
        node.firstBlockFrom(number, head.number())
            .orElseThrow(
                () ->
                    new NodeFailedException(
                        "%s: expected a block from %s to its head %s, found none"
                            .formatted(node, number, head.number())));
    return found.number().equals(number) ? found.hash().equals(hash) : found.parent().equals(hash);
  }
}
