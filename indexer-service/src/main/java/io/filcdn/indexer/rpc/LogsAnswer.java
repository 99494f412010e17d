package io.filcdn.indexer.rpc;

import io.filcdn.indexer.chain.RawLog;
import java.util.List;

/** The answer of a node that is asked for the logs of a range. */
public sealed interface LogsAnswer {

  /** All logs of the range, in the chain's order. */
  record Logs(List<RawLog> logs) implements LogsAnswer {
    public Logs {
      logs = List.copyOf(logs);
    }
  }

  /**
   * A refusal: the node is alive, but does not answer for this range: too many results, most often.
   */
  record Refused(String reason) implements LogsAnswer {}
}
