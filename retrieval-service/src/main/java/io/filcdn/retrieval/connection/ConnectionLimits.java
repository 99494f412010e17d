package io.filcdn.retrieval.connection;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.retrieval.address.Prefix;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * Places for connections: so many in all, for each client, and for each network of clients. The
 * last free ones are kept for networks that have none yet. Where places are short, a connection
 * goes that does nothing and whose client has got no piece so far, the oldest first.
 *
 * <p>The connections of configured proxies carry many clients, so they count in all only. Safe for
 * use by many threads.
 */
public final class ConnectionLimits {

  /** The number of connections that one search for a place looks at. */
  private static final int LOOKED_AT = 64;

  private final Bounds bounds;
  private final Predicate<InetAddress> proxies;
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong evicted = new AtomicLong();

  @GuardedBy("this")
  private final Map<Prefix, Group> groups = new HashMap<>();

  /** Those that have got no piece so far, in the order in which they came. */
  @GuardedBy("this")
  private final LinkedHashSet<Place> unserved = new LinkedHashSet<>();

  @GuardedBy("this")
  private int open;

  /**
   * The bounds on connections that stand at once.
   *
   * @param all in all
   * @param reserved how many of them only networks get that have none yet: an IPv4 /24, an IPv6 /48
   * @param perClient of an IPv4 address or an IPv6 /64
   * @param widerFactor how many times as many wider networks may have, as {@link Prefix#bound} says
   */
  public record Bounds(int all, int reserved, int perClient, int widerFactor) {

    public Bounds {
      if (reserved < 0 || reserved >= all) {
        throw new IllegalArgumentException(
            "expected fewer reserved connections than there are in all, found %d of %d"
                .formatted(reserved, all));
      }
    }

    long of(Prefix prefix) {
      return prefix.bound(perClient, widerFactor);
    }
  }

  /**
   * @param proxies who carries the requests of many clients
   */
  public ConnectionLimits(Bounds bounds, Predicate<InetAddress> proxies) {
    this.bounds = bounds;
    this.proxies = proxies;
  }

  /**
   * Takes a place for a new connection.
   *
   * @param close closes the connection; called by any thread, at most once
   * @return the place, or nothing where the connection is to be closed
   */
  public Optional<Place> enter(InetAddress address, Runnable close) {
    List<Prefix> prefixes = proxies.test(address) ? List.of() : Prefix.of(address);
    Optional<Place> evictedPlace = Optional.empty();
    Optional<Place> place = Optional.empty();
    synchronized (this) {
      if (isBelowBounds(prefixes)) {
        boolean full = open >= availableTo(prefixes);
        evictedPlace = full ? takeIdle() : evictedPlace;
        place = full && evictedPlace.isEmpty() ? place : Optional.of(take(prefixes, close));
      }
    }
    if (place.isEmpty()) {
      refused.incrementAndGet();
    }
    // not while the limits are held: closing gives places back
    evictedPlace.ifPresent(
        gone -> {
          evicted.incrementAndGet();
          gone.close.run();
        });
    return place;
  }

  @GuardedBy("this")
  private boolean isBelowBounds(List<Prefix> prefixes) {
    for (Prefix prefix : prefixes) {
      if (openOf(prefix) >= bounds.of(prefix)) {
        return false;
      }
    }
    return true;
  }

  /** The number that may stand for one of these networks to get another. */
  @GuardedBy("this")
  private int availableTo(List<Prefix> prefixes) {
    boolean hasSome = !prefixes.isEmpty() && openOf(prefixes.getLast()) > 0;
    return hasSome ? bounds.all - bounds.reserved : bounds.all;
  }

  @GuardedBy("this")
  private int openOf(Prefix prefix) {
    Group group = groups.get(prefix);
    return group == null ? 0 : group.open;
  }

  @GuardedBy("this")
  private Place take(List<Prefix> prefixes, Runnable close) {
    Place place = new Place(this, prefixes, close);
    open++;
    unserved.add(place);
    for (Prefix prefix : prefixes) {
      groups.computeIfAbsent(prefix, p -> new Group()).open++;
    }
    return place;
  }

  /** Takes the place of the oldest connection that may go. */
  @GuardedBy("this")
  private Optional<Place> takeIdle() {
    for (int i = Math.min(LOOKED_AT, unserved.size()); i > 0; i--) {
      Place oldest = unserved.getFirst();
      if (oldest.underWay.get() == 0 && !oldest.prefixes.isEmpty() && !isServed(oldest)) {
        give(oldest);
        return Optional.of(oldest);
      }
      // the next search begins behind it
      unserved.addLast(oldest);
    }
    return Optional.empty();
  }

  /** True where the client has got a piece on any of its connections. */
  @GuardedBy("this")
  private boolean isServed(Place place) {
    Group client = groups.get(place.prefixes.getFirst());
    return client != null && client.served > 0;
  }

  private synchronized void serve(Place place) {
    if (!place.gone && unserved.remove(place) && !place.prefixes.isEmpty()) {
      Group client = groups.get(place.prefixes.getFirst());
      if (client != null) {
        client.served++;
      }
    }
  }

  /** Gives a place back, once. */
  private synchronized void give(Place place) {
    if (place.gone) {
      return;
    }
    place.gone = true;
    open--;
    boolean served = !unserved.remove(place);
    for (int i = 0; i < place.prefixes.size(); i++) {
      int client = i == 0 && served ? 1 : 0;
      groups.computeIfPresent(
          place.prefixes.get(i),
          (prefix, group) -> {
            group.served -= client;
            return --group.open == 0 ? null : group;
          });
    }
  }

  /** The number of connections that stand. */
  public synchronized int open() {
    return open;
  }

  /** The number that were closed as they came. */
  public long refused() {
    return refused.get();
  }

  /** The number that had to go for others. */
  public long evicted() {
    return evicted.get();
  }

  /** The connections of a network. Changed only while the limits are held. */
  private static final class Group {
    private int open;
    private int served;
  }

  /** The place of one connection. Told of its requests by its event loop alone. */
  public static final class Place {

    private final ConnectionLimits limits;
    private final List<Prefix> prefixes;
    private final Runnable close;
    private final AtomicInteger underWay = new AtomicInteger();
    private boolean served;
    private boolean gone;

    private Place(ConnectionLimits limits, List<Prefix> prefixes, Runnable close) {
      this.limits = limits;
      this.prefixes = prefixes;
      this.close = close;
    }

    /** A request begins. */
    public void requestBegins() {
      if (!served) {
        underWay.incrementAndGet();
      }
    }

    /**
     * A request has ended.
     *
     * @param withPiece whether it was for a piece that the client may have
     */
    public void requestEnds(boolean withPiece) {
      if (!served) {
        underWay.decrementAndGet();
        if (withPiece) {
          served = true;
          limits.serve(this);
        }
      }
    }

    /** The connection has ended. */
    public void leave() {
      limits.give(this);
    }
  }
}
