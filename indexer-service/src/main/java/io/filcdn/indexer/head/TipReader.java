package io.filcdn.indexer.head;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.network.Network;
import io.filcdn.indexer.chain.Block;
import io.filcdn.indexer.chain.Tip;
import io.filcdn.indexer.rpc.ChainNode;
import java.util.Optional;

/**
 * A reader of where a node's chain ends, and of what in it is final: by the network's tag, and
 * where the node does not know it, by depth.
 */
public final class TipReader {

  private final Network.Finality finality;

  public TipReader(Network.Finality finality) {
    this.finality = finality;
  }

  /** The node's head and finality. */
  public Tip read(ChainNode node) {
    Block head = node.head();
    Optional<BlockNumber> last = finality.tag().flatMap(node::tagged).or(() -> byDepth(head));
    // the tag is read after the head, and may have passed it
    return new Tip(head, last.map(n -> n.compareTo(head.number()) > 0 ? head.number() : n));
  }

  private Optional<BlockNumber> byDepth(Block head) {
    long number = head.number().value() - finality.fallbackDepth();
    return number < 0 ? Optional.empty() : Optional.of(new BlockNumber(number));
  }
}
