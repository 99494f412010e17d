package io.filcdn.retrieval.admission;

import io.filcdn.retrieval.address.Prefix;
import io.filcdn.retrieval.delivery.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one client, and each network that it lies in, may take of an edge, so that others get
 * theirs: requests at once, and bytes that are promised and not sent yet.
 */
public final class ClientLimits {

  private final Limits limits;
  private final AtomicLong requests = new AtomicLong();
  private final Map<Prefix, Load> loads = new ConcurrentHashMap<>();

  /**
   * The bounds.
   *
   * @param requests at once, over all clients
   * @param requestsPerClient at once
   * @param unsentBytesPerClient promised in responses under way and not sent yet
   * @param widerFactor how many times as much wider networks may have, as {@link Prefix#bound} says
   */
  public record Limits(
      long requests, long requestsPerClient, long unsentBytesPerClient, int widerFactor) {}

  /** Whether a request is let in. */
  public sealed interface Entry {

    /** It is not. */
    record Refused(Refusal refusal) implements Entry {}
  }

  public ClientLimits(Limits limits) {
    this.limits = limits;
  }

  /** How many requests are under way. */
  public long requests() {
    return requests.get();
  }

  /** How many networks have requests under way. */
  int networks() {
    return loads.size();
  }

  /**
   * Lets a request in.
   *
   * @param networks of the client, the narrowest first
   */
  public Entry enter(List<Prefix> networks) {
    if (requests.incrementAndGet() > limits.requests) {
      requests.decrementAndGet();
      return new Entry.Refused(Refusal.TOO_MANY_REQUESTS);
    }
    if (!takeOfAll(networks, 1, 0)) {
      requests.decrementAndGet();
      return new Entry.Refused(Refusal.TOO_MANY_REQUESTS_OF_CLIENT);
    }
    return new Place(this, networks);
  }

  /** Takes of each network, or of none. */
  private boolean takeOfAll(List<Prefix> networks, int moreRequests, long moreBytes) {
    for (int i = 0; i < networks.size(); i++) {
      if (!take(networks.get(i), moreRequests, moreBytes)) {
        giveToAll(networks.subList(0, i), moreRequests, moreBytes);
        return false;
      }
    }
    return true;
  }

  private boolean take(Prefix network, int moreRequests, long moreBytes) {
    boolean[] taken = new boolean[1];
    loads.compute(
        network,
        (same, before) -> {
          Load load = before == null ? new Load() : before;
          taken[0] = hasRoom(network, load, moreRequests, moreBytes);
          if (taken[0]) {
            load.requests += moreRequests;
            load.unsent += moreBytes;
          }
          return load.requests == 0 ? null : load;
        });
    return taken[0];
  }

  private boolean hasRoom(Prefix network, Load load, int moreRequests, long moreBytes) {
    if (moreBytes == 0) {
      return load.requests + moreRequests
          <= network.bound(limits.requestsPerClient, limits.widerFactor);
    }
    // one response may always be under way, however large its piece
    return load.unsent == 0
        || moreBytes
            <= network.bound(limits.unsentBytesPerClient, limits.widerFactor) - load.unsent;
  }

  private void giveToAll(List<Prefix> networks, int fewerRequests, long fewerBytes) {
    for (int i = 0; i < networks.size(); i++) {
      loads.computeIfPresent(
          networks.get(i),
          (network, load) -> {
            load.requests -= fewerRequests;
            load.unsent -= fewerBytes;
            return load.requests == 0 ? null : load;
          });
    }
  }

  /** What a network has under way. Changed only inside {@code loads.compute}. */
  private static final class Load {
    long requests;
    long unsent;
  }

  /** The place of a request that was let in. Confined to its event loop. */
  public static final class Place implements Entry {

    private final ClientLimits limits;
    private final List<Prefix> networks;
    private long promised;

    private Place(ClientLimits limits, List<Prefix> networks) {
      this.limits = limits;
      this.networks = networks;
    }

    /** Promises bytes to the client, at most once. */
    public Optional<Refusal> promise(long bytes) {
      if (!limits.takeOfAll(networks, 0, bytes)) {
        return Optional.of(Refusal.TOO_MANY_BYTES_OF_CLIENT);
      }
      promised = bytes;
      return Optional.empty();
    }

    /** The request has ended, and all that was promised to it is sent or will not be. */
    public void leave() {
      limits.requests.decrementAndGet();
      limits.giveToAll(networks, 1, promised);
    }
  }
}
