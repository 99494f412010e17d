package io.filcdn.retrieval.usage;

import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.payment.DataSetId;
import java.util.List;
import java.util.Optional;

/**
 * Counts what clients' sockets accepted and what providers supplied, until the journal takes it.
 */
public final class EgressMeter {

  private final EgressCounts counts = new EgressCounts();

  /**
   * Begins to count a response.
   *
   * @param fill the fill that the bytes come from, where they are not verified yet
   */
  public ResponseTally open(EgressKey key, Optional<UnverifiedEgress> fill) {
    return new ResponseTally(key, counts, fill);
  }

  /** Begins to hold back the bytes that responses get from a fill. */
  public UnverifiedEgress openFill() {
    return new UnverifiedEgress(counts);
  }

  /** Counts what the provider of {@code dataSet} supplied to a fill that verified. */
  public void filled(DataSetId dataSet, long bytes) {
    counts.fill(dataSet, bytes);
  }

  /** Takes what was counted since the last call. */
  List<EgressRow> take() {
    return counts.take();
  }
}
