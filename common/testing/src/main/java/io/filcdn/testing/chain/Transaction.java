package io.filcdn.testing.chain;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.web3j.protocol.core.methods.response.Log;
import org.web3j.protocol.core.methods.response.TransactionReceipt;

/**
 * A transaction that is in a block.
 *
 * @param logs what contracts emitted in it, in order
 */
public record Transaction(String hash, long block, List<EventLog> logs) {
  /**
   * One emitted event, undecoded.
   *
   * @param contract who emitted it, in lower case
   * @param topics topic0 (which event), then the indexed arguments
   * @param data the other arguments, in hex
   */
  public record EventLog(
      String contract, List<String> topics, String data, long block, String transactionHash) {
    static EventLog of(Log log) {
      return new EventLog(
          log.getAddress().toLowerCase(Locale.ROOT),
          List.copyOf(log.getTopics()),
          log.getData(),
          log.getBlockNumber().longValueExact(),
          log.getTransactionHash());
    }

    public String topic0() {
      return topics.getFirst();
    }
  }

  /** The first log of the event with this topic0. */
  Optional<EventLog> first(String topic0) {
    return logs.stream().filter(log -> log.topic0().equals(topic0)).findFirst();
  }

  static Transaction of(TransactionReceipt receipt) {
    return new Transaction(
        receipt.getTransactionHash(),
        receipt.getBlockNumber().longValueExact(),
        receipt.getLogs().stream().map(EventLog::of).toList());
  }
}
