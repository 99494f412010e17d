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
 * The limits of proofs for which bytes are hashed: how many may be under way, in all and for one
 * client and each network that it lies in. Safe for use by several threads.
 */
public final class ProofLimits {

  private final Limits limits;

  @GuardedBy("this")
  private final Map<Prefix, Integer> underWay = new HashMap<>();

  @GuardedBy("this")
  private int all;

  /**
   * The bounds.
   *
   * @param proofs at once, over all clients, those that wait included
   * @param proofsPerClient at once
   * @param widerFactor how many times as much wider networks may have, as {@link Prefix#bound} says
   */
  public record Limits(int proofs, int proofsPerClient, int widerFactor) {}

  public ProofLimits(Limits limits) {
    this.limits = limits;
  }

  /**
   * Lets a proof begin; who was let in leaves by {@link #leave}.
   *
   * @param networks of the client, the narrowest first
   * @return why it may not
   */
  public synchronized Optional<Problem> enter(List<Prefix> networks) {
    if (all >= limits.proofs) {
      return tooMany(Refusal.TOO_MANY_REQUESTS, limits.proofs);
    }
    for (Prefix network : networks) {
      long most = network.bound(limits.proofsPerClient, limits.widerFactor);
      if (underWay.getOrDefault(network, 0) >= most) {
        return tooMany(Refusal.TOO_MANY_REQUESTS_OF_CLIENT, limits.proofsPerClient);
      }
    }
    all++;
    for (Prefix network : networks) {
      underWay.merge(network, 1, Integer::sum);
    }
    return Optional.empty();
  }

  private static Optional<Problem> tooMany(Refusal refusal, int most) {
    return Optional.of(
        new Problem(refusal, List.of("proofs of small groups that may be under way: " + most)));
  }

  /** A proof is made, or is not. */
  public synchronized void leave(List<Prefix> networks) {
    all--;
    for (Prefix network : networks) {
      underWay.computeIfPresent(network, (same, count) -> count == 1 ? null : count - 1);
    }
  }
}
