package io.filcdn.indexer.rpc;

import io.filcdn.indexer.chain.RawLog;
import java.nio.ByteBuffer;
import java.util.List;

/** The answer of a node that is asked for the logs of a range. */
public sealed interface LogsAnswer {

  /**
   * All logs of the range, in the chain's order.
   *
   * @param text the answer as the node wrote it
   */
  record Logs(List<RawLog> logs, ByteBuffer text) implements LogsAnswer {
    public Logs {
      logs = List.copyOf(logs);
    }
  }

  /**
   * A refusal: the node is alive, but does not answer for this range: too many results, most often.
   */
  record Refused(String reason) implements LogsAnswer {}
}
