package io.filcdn.retrieval.origin;

import io.filcdn.retrieval.address.Prefix;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Fetches under way at each host, told apart by the address that was connected to: an IPv4 address,
 * or an IPv6 /64. A machine has one bound, however many provider ids and names it goes by. Safe for
 * use by several threads.
 */
final class HostFetches {

  private final int most;
  private final Map<Prefix, Integer> fetches = new ConcurrentHashMap<>();

  /**
   * @param most at one host at once
   */
  HostFetches(int most) {
    this.most = most;
  }

  /**
   * Begins a fetch, if the host has a place; {@link #end} is to follow then.
   *
   * @return whether it has
   */
  boolean begin(Prefix host) {
    boolean[] begun = new boolean[1];
    fetches.compute(
        host,
        (same, before) -> {
          int now = before == null ? 0 : before;
          begun[0] = now < most;
          return begun[0] ? Integer.valueOf(now + 1) : before;
        });
    return begun[0];
  }

  /** Ends a fetch that began. */
  void end(Prefix host) {
    fetches.computeIfPresent(host, (same, now) -> now == 1 ? null : now - 1);
  }

  /** The number of hosts that have fetches under way. */
  int hosts() {
    return fetches.size();
  }
}
