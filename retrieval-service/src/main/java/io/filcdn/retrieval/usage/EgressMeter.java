package io.filcdn.retrieval.usage;

import io.filcdn.common.chain.Address;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.service.tracing.TraceLinks;
import java.util.List;
import java.util.Optional;

/**
 * A meter of what clients' sockets accepted and what providers supplied, until the journal takes
 * it.
 */
public final class EgressMeter {

  /** The number of bytes that are held of the budget for unverified bytes at a time. */
  private static final long SLICE = 1 << 20;

  private final EgressCounts counts;
  private final Quota quota;
  private final UnverifiedBudget unverified;
  private final Traffic traffic;
  private final TraceLinks traces = new TraceLinks();

  /**
   * @param quota where responses were reserved, and what is not billed is given back
   * @param unverified how many bytes of fills may be sent before their verdict
   * @param traffic is told of all bytes, for the metrics
   */
  public EgressMeter(Quota quota, UnverifiedBudget unverified, Traffic traffic) {
    this.counts = new EgressCounts(quota);
    this.quota = quota;
    this.unverified = unverified;
    this.traffic = traffic;
  }

  /** The spans of requests whose bytes were counted since they were last taken. */
  public TraceLinks traces() {
    return traces;
  }

  /**
   * Begins to count a response.
   *
   * @param payer of the piece
   * @param length of the response; the first slice of it was reserved, unless a bot asks
   * @param fill the fill that the bytes come from, where they are not verified yet
   * @param charge to be told how many bytes the client took, where it made the edge fetch some
   */
  public ResponseTally open(
      Address payer,
      EgressKey key,
      long length,
      Optional<UnverifiedEgress> fill,
      Optional<FillCharge> charge) {
    return new ResponseTally(
        key, length, counts, traffic.response(payer, key.cache()), quota, fill, charge);
  }

  /** Begins to hold back the bytes that responses get from a fill. */
  public UnverifiedEgress openFill() {
    return new UnverifiedEgress(counts, quota, unverified, SLICE);
  }

  /**
   * Begins to hold back the bytes that one response gets of a piece that passes through. It cannot
   * wait for the verdict in the middle, so all that it may send before is held at once.
   */
  public UnverifiedEgress openPassThrough() {
    return new UnverifiedEgress(counts, quota, unverified, Long.MAX_VALUE);
  }

  /**
   * Counts what the provider of {@code dataSet} supplied to a fill that verified.
   *
   * @param bot the bot that began the fill, for whose fills nobody pays
   */
  public void filled(DataSetId dataSet, long bytes, Optional<String> bot) {
    traffic.verified(bytes);
    counts.fill(dataSet, bytes, bot);
  }

  /** Counts what the provider of {@code dataSet} supplied to a fill that did not verify. */
  public void filledInVain(DataSetId dataSet, long bytes) {
    traffic.refused(bytes);
    counts.fillInVain(dataSet, bytes);
  }

  /** Takes what was counted since the last call. */
  List<EgressRow> take() {
    return counts.take();
  }
}
