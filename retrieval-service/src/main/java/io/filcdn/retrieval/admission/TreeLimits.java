package io.filcdn.retrieval.admission;

import io.filcdn.retrieval.address.Prefix;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.usage.Allowances;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * The limits of the trees that one client, and each network that it lies in, may put and get: so
 * many within an hour, right or wrong, and some at once, as each that is put takes memory while it
 * comes. Safe for use by several threads.
 */
public final class TreeLimits {

  private static final Duration HOUR = Duration.ofHours(1);

  /** Over all clients; together at most 16 MiB. */
  private static final int AT_ONCE = 256;

  private static final int AT_ONCE_OF_CLIENT = 32;

  private final long perClient;
  private final int widerFactor;
  private final Allowances<Prefix> hour;
  private final Allowances<Prefix> now;
  private final AtomicInteger underWay = new AtomicInteger();

  /**
   * @param perClient within an hour
   * @param widerFactor how many times as much wider networks may have, as {@link Prefix#bound} says
   * @param nanoTime a clock for measuring
   */
  public TreeLimits(long perClient, int widerFactor, LongSupplier nanoTime) {
    this.perClient = perClient;
    this.widerFactor = widerFactor;
    this.hour = new Allowances<>(HOUR, nanoTime);
    this.now = new Allowances<>(HOUR, nanoTime);
  }

  /**
   * Begins with a tree; {@link #end} is to follow, unless it may not.
   *
   * @param networks of the client, the narrowest first
   * @return why it may not
   */
  public Optional<Refusal> begin(List<Prefix> networks) {
    if (underWay.incrementAndGet() > AT_ONCE) {
      underWay.decrementAndGet();
      return Optional.of(Refusal.TOO_MANY_REQUESTS);
    }
    for (int i = 0; i < networks.size(); i++) {
      Optional<Refusal> refusal = hold(networks.get(i));
      if (refusal.isPresent()) {
        networks.subList(0, i).forEach(this::free);
        underWay.decrementAndGet();
        return refusal;
      }
    }
    return Optional.empty();
  }

  private Optional<Refusal> hold(Prefix network) {
    if (!now.hold(network, 1, network.bound(AT_ONCE_OF_CLIENT, widerFactor))) {
      return Optional.of(Refusal.TOO_MANY_REQUESTS_OF_CLIENT);
    }
    if (!hour.hold(network, 1, network.bound(perClient, widerFactor))) {
      now.free(network, 1);
      return Optional.of(Refusal.TOO_MANY_TREES_OF_CLIENT);
    }
    return Optional.empty();
  }

  private void free(Prefix network) {
    now.free(network, 1);
    hour.free(network, 1);
  }

  /** Ends with a tree that was begun with. */
  public void end(List<Prefix> networks) {
    for (Prefix network : networks) {
      now.free(network, 1);
      hour.spend(network, 1, 0);
    }
    underWay.decrementAndGet();
  }
}
