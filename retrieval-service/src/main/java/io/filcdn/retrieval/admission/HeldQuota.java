package io.filcdn.retrieval.admission;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.retrieval.address.Prefix;
import io.filcdn.retrieval.usage.Quota;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The parts that responses under way hold of data sets' quotas, by the networks of their clients: a
 * client may hold a part of what a data set has left, so that a few of them cannot deny it to all
 * others. Safe for use by several threads.
 */
final class HeldQuota {

  /**
   * The most that one response holds: it reserves up to a slice and a half beyond what was written,
   * and some of that has not left yet.
   */
  static final long OF_RESPONSE = 2 * Quota.SLICE;

  /** So much a client may hold, however little is left. */
  static final long LEAST = 8 * OF_RESPONSE;

  private final double share;
  private final int widerFactor;
  private final Map<Holder, Long> held = new ConcurrentHashMap<>();

  private record Holder(Prefix network, DataSetId dataSet) {}

  /**
   * @param share of what a data set has left, 0 to 1, for each client
   * @param widerFactor how many times as much wider networks may have, as {@link Prefix#bound} says
   */
  HeldQuota(double share, int widerFactor) {
    this.share = share;
    this.widerFactor = widerFactor;
  }

  /**
   * The most bytes that a client may hold.
   *
   * @param remaining of the data set's quota
   */
  long most(long remaining) {
    return Math.max(LEAST, (long) (share * remaining));
  }

  /**
   * Holds quota for a response, if its client and each of its networks may; {@link #free} is to
   * follow then.
   *
   * @param most for a client
   */
  boolean hold(List<Prefix> networks, DataSetId dataSet, long bytes, long most) {
    for (int i = 0; i < networks.size(); i++) {
      if (!hold(networks.get(i), dataSet, bytes, most)) {
        free(networks.subList(0, i), dataSet, bytes);
        return false;
      }
    }
    return true;
  }

  private boolean hold(Prefix network, DataSetId dataSet, long bytes, long most) {
    boolean[] holds = new boolean[1];
    held.compute(
        new Holder(network, dataSet),
        (same, known) -> {
          long before = known == null ? 0 : known;
          holds[0] = bytes <= network.bound(most, widerFactor) - before;
          return holds[0] ? Long.valueOf(before + bytes) : known;
        });
    return holds[0];
  }

  void free(List<Prefix> networks, DataSetId dataSet, long bytes) {
    for (Prefix network : networks) {
      held.computeIfPresent(
          new Holder(network, dataSet), (same, now) -> now == bytes ? null : now - bytes);
    }
  }

  /** The number of networks that hold something of a data set. */
  int holders() {
    return held.size();
  }
}
