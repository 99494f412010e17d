package io.filcdn.retrieval.usage;

import io.filcdn.common.egress.EgressRow;
import java.util.List;

/** The rows that a meter has counted, for tests of other rooms. */
public final class CountedRows {

  private CountedRows() {}

  /** Takes what was counted since the last call. */
  public static List<EgressRow> take(EgressMeter meter) {
    return meter.take();
  }
}
