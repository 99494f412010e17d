package io.filcdn.indexer.logs;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.indexer.chain.RawLog;
import io.filcdn.indexer.rpc.ChainNode;
import java.util.Set;

/**
 * Reads the logs of one generation's contracts. A log is told by its address first and its topic
 * then, as generations and contracts share topics. Safe for many threads.
 */
public interface EventDecoder {

  /** The decoder for the network's generation. */
  static EventDecoder of(Network network) {
    return switch (network.generation()) {
      case FWSS -> new FwssDecoder(network);
      case PANDORA -> throw new IllegalArgumentException("pandora is not read yet");
    };
  }

  /** The contracts whose logs it reads. */
  Set<Address> addresses();

  /**
   * Reads a log; what the log holds never makes it throw.
   *
   * @param node asked for what the log itself does not tell
   * @throws io.filcdn.indexer.rpc.NodeFailedException where the node does not answer
   */
  Decoded decode(ChainNode node, RawLog log);
}
