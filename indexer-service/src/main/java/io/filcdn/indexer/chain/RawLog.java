package io.filcdn.indexer.chain;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.TxHash;
import java.util.List;

/**
 * A log as a node told it, not yet decoded.
 *
 * @param topics the event's hash and its indexed arguments, each {@code 0x} and 64 hex digits
 * @param data the other arguments, {@code 0x} and hex digits
 */
public record RawLog(
    EventPosition position,
    BlockHash blockHash,
    TxHash txHash,
    Address address,
    List<String> topics,
    String data) {

  public RawLog {
    topics = List.copyOf(topics);
  }
}
