package io.filcdn.retrieval.admission;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.retrieval.address.Prefix;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The limits of what one client, and each network that it lies in, may take of an edge, so that
 * others get theirs: requests at once, bytes that are promised and not sent yet, and what its
 * responses hold of a data set's quota.
 */
public final class ClientLimits {

  private final Limits limits;
  private final AtomicLong requests = new AtomicLong();
  private final Map<Prefix, Load> loads = new ConcurrentHashMap<>();
  private final HeldQuota held;

  /**
   * The bounds.
   *
   * @param requests at once, over all clients
   * @param requestsPerClient at once
   * @param unsentBytesPerClient promised in responses under way and not sent yet
   * @param quotaShare of what a data set has left, 0 to 1, that responses of a client may hold
   * @param widerFactor how many times as much wider networks may have, as {@link Prefix#bound} says
   */
  public record Limits(
      long requests,
      long requestsPerClient,
      long unsentBytesPerClient,
      double quotaShare,
      int widerFactor) {}

  /** The outcome of a request to be let in. */
  public sealed interface Entry {

    /** A request that is not let in. */
    record Refused(Refusal refusal) implements Entry {}
  }

  public ClientLimits(Limits limits) {
    this.limits = limits;
    this.held = new HeldQuota(limits.quotaShare, limits.widerFactor);
  }

  /** The number of requests under way. */
  public long requests() {
    return requests.get();
  }

  /** The number of networks that have requests under way, or hold quota. */
  int networks() {
    return loads.size() + held.holders();
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

  /** The load that a network has under way. Changed only inside {@code loads.compute}. */
  private static final class Load {
    long requests;
    long unsent;
  }

  /** The place of a request that was let in. Confined to its event loop. */
  public static final class Place implements Entry {

    private final ClientLimits limits;
    private final List<Prefix> networks;
    private long promised;
    private @Nullable DataSetId payer;
    private long heldBytes;

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

    /**
     * Lets the response hold quota, at most once.
     *
     * @param length of the response
     * @param remaining what the data set has left
     * @return why it may not
     */
    public Optional<Problem> hold(DataSetId dataSet, long length, long remaining) {
      long most = limits.held.most(remaining);
      // with so much left, the bound of requests is the narrower one
      if (most / HeldQuota.OF_RESPONSE >= limits.limits.requestsPerClient) {
        return Optional.empty();
      }
      long bytes = Math.min(length, HeldQuota.OF_RESPONSE);
      if (!limits.held.hold(networks, dataSet, bytes, most)) {
        return Optional.of(
            new Problem(
                Refusal.TOO_MANY_BYTES_OF_CLIENT,
                List.of(
                    "data set: " + dataSet.number(),
                    "bytes of its quota that may be reserved for you at once: " + most)));
      }
      payer = dataSet;
      heldBytes = bytes;
      return Optional.empty();
    }

    /** The request has ended, and all that was promised to it is sent or will not be. */
    public void leave() {
      limits.requests.decrementAndGet();
      limits.giveToAll(networks, 1, promised);
      if (payer != null) {
        limits.held.free(networks, payer, heldBytes);
      }
    }
  }
}
