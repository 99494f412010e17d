package io.filcdn.retrieval.admission;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.retrieval.address.Prefix;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The limits of work that takes a processor for what a stranger sends, such as hashing for a proof
 * or verifying a signature: how much may be under way, in all and for one client and each network
 * that it lies in. Safe for use by several threads.
 */
public final class WorkLimits {

  private final Limits limits;

  @GuardedBy("this")
  private final Map<Prefix, Integer> underWay = new HashMap<>();

  @GuardedBy("this")
  private int all;

  /**
   * The bounds.
   *
   * @param work the plural of what is limited, for refusals
   * @param all at once, over all clients, those that wait included
   * @param perClient at once
   * @param widerFactor how many times as much wider networks may have, as {@link Prefix#bound} says
   */
  public record Limits(String work, int all, int perClient, int widerFactor) {}

  public WorkLimits(Limits limits) {
    this.limits = limits;
  }

  /**
   * Lets a piece of work begin; who was let in leaves by {@link #leave}.
   *
   * @param networks of the client, the narrowest first
   * @return why it may not
   */
  public synchronized Optional<Problem> enter(List<Prefix> networks) {
    if (all >= limits.all) {
      return tooMany(Refusal.TOO_MANY_REQUESTS, limits.all);
    }
    for (Prefix network : networks) {
      long most = network.bound(limits.perClient, limits.widerFactor);
      if (underWay.getOrDefault(network, 0) >= most) {
        return tooMany(Refusal.TOO_MANY_REQUESTS_OF_CLIENT, limits.perClient);
      }
    }
    all++;
    for (Prefix network : networks) {
      underWay.merge(network, 1, Integer::sum);
    }
    return Optional.empty();
  }

  private Optional<Problem> tooMany(Refusal refusal, int most) {
    return Optional.of(
        new Problem(refusal, List.of(limits.work + " that may be under way: " + most)));
  }

  /** A piece of work is done, or is not. */
  public synchronized void leave(List<Prefix> networks) {
    all--;
    for (Prefix network : networks) {
      underWay.computeIfPresent(network, (same, count) -> count == 1 ? null : count - 1);
    }
  }
}
