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
  private final Quota quota;

  /**
   * @param quota where responses were reserved, and what is not billed is given back
   */
  public EgressMeter(Quota quota) {
    this.quota = quota;
  }

  /**
   * Begins to count a response.
   *
   * @param reserved how many bytes were reserved for it, unless a bot asks
   * @param fill the fill that the bytes come from, where they are not verified yet
   */
  public ResponseTally open(EgressKey key, long reserved, Optional<UnverifiedEgress> fill) {
    // a bot's bytes are billed to nobody, and nothing was reserved for them
    return new ResponseTally(key, key.bot().isPresent() ? 0 : reserved, counts, quota, fill);
  }

  /** Begins to hold back the bytes that responses get from a fill. */
  public UnverifiedEgress openFill() {
    return new UnverifiedEgress(counts, quota);
  }

  /**
   * Counts what the provider of {@code dataSet} supplied to a fill that verified.
   *
   * @param bot the bot that began the fill, for whose fills nobody pays
   */
  public void filled(DataSetId dataSet, long bytes, Optional<String> bot) {
    counts.fill(dataSet, bytes, bot);
  }

  /** Counts what the provider of {@code dataSet} supplied to a fill that did not verify. */
  public void filledInVain(DataSetId dataSet, long bytes) {
    counts.fillInVain(dataSet, bytes);
  }

  /** Takes what was counted since the last call. */
  List<EgressRow> take() {
    return counts.take();
  }
}
