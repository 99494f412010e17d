package io.filcdn.retrieval.origin;

import com.github.benmanes.caffeine.cache.AsyncCacheLoader;
import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * The addresses of providers' hosts, from DNS. A name is looked up once at a time, whoever asks,
 * and what was found is used for minutes while the name is looked up anew: only for a name of which
 * nothing is known anyone waits.
 *
 * <p>Names are anyone's to put on chain, and their servers can be silent: looking up then takes a
 * thread for ten seconds or more. A name that took long is looked up on threads for such names
 * alone, until it is found quickly. Safe for use by several threads.
 */
public final class HostAddresses implements AutoCloseable {

  private static final int RESOLVERS = 8;
  private static final int RESOLVERS_OF_SLOW_NAMES = 2;

  /** The time after which a name is looked up anew, and for which one that is not found is none. */
  private static final Duration FRESH = Duration.ofSeconds(10);

  /** The time for which addresses are used where their name is not found any more. */
  private static final Duration USABLE = Duration.ofMinutes(5);

  private static final Duration SLOW = Duration.ofSeconds(2);
  private static final Duration SLOW_FOR = Duration.ofHours(1);
  private static final long MOST_NAMES = 10_000;

  private final Vertx vertx;
  private final Names names;
  private final Ticker ticker;
  private final WorkerExecutor resolvers;
  private final WorkerExecutor resolversOfSlowNames;
  private final AsyncLoadingCache<String, Found> known;
  private final Cache<String, Boolean> slow;

  /** A DNS resolver, which blocks. */
  interface Names {
    InetAddress[] lookup(String host) throws UnknownHostException;
  }

  /**
   * The outcome of a look-up.
   *
   * @param addresses none where the name is not in DNS
   * @param until the time, in the ticker's nanoseconds, up to which it may be used
   */
  private record Found(List<InetAddress> addresses, long until) {}

  /** The addresses that Java finds. */
  public HostAddresses(Vertx vertx) {
    this(vertx, InetAddress::getAllByName, Ticker.systemTicker());
  }

  HostAddresses(Vertx vertx, Names names, Ticker ticker) {
    this.vertx = vertx;
    this.names = names;
    this.ticker = ticker;
    this.resolvers = vertx.createSharedWorkerExecutor("filcdn-resolve", RESOLVERS);
    this.resolversOfSlowNames =
        vertx.createSharedWorkerExecutor("filcdn-resolve-slow", RESOLVERS_OF_SLOW_NAMES);
    this.known =
        Caffeine.newBuilder()
            .maximumSize(MOST_NAMES)
            .refreshAfterWrite(FRESH)
            .expireAfter(
                Expiry.<String, Found>writing(
                    (host, found) -> Duration.ofNanos(found.until - ticker.read())))
            .ticker(ticker)
            .executor(Runnable::run)
            .buildAsync(new LookUps());
    this.slow =
        Caffeine.newBuilder()
            .maximumSize(MOST_NAMES)
            .expireAfterWrite(SLOW_FOR)
            .ticker(ticker)
            .build();
  }

  /**
   * The addresses of a host, none where it is not in DNS; told on the current event loop, at once
   * where they are known.
   *
   * @param host a name or an address, IPv6 in brackets
   */
  Future<List<InetAddress>> of(String host) {
    return Future.fromCompletionStage(known.get(host), vertx.getOrCreateContext())
        .map(Found::addresses);
  }

  private final class LookUps implements AsyncCacheLoader<String, Found> {

    @Override
    public CompletableFuture<Found> asyncLoad(String host, Executor executor) {
      return lookUp(host).toCompletionStage().toCompletableFuture();
    }

    @Override
    public CompletableFuture<Found> asyncReload(String host, Found before, Executor executor) {
      return lookUp(host)
          .map(found -> found.addresses.isEmpty() ? before : found)
          .toCompletionStage()
          .toCompletableFuture();
    }
  }

  private Future<Found> lookUp(String host) {
    boolean tookLong = slow.getIfPresent(host) != null;
    return (tookLong ? resolversOfSlowNames : resolvers)
        .executeBlocking(() -> lookUpNow(host), false);
  }

  private Found lookUpNow(String host) {
    long begun = ticker.read();
    List<InetAddress> addresses;
    try {
      addresses = List.of(names.lookup(host.replaceAll("[\\[\\]]", "")));
    } catch (UnknownHostException e) {
      addresses = List.of();
    }
    long ended = ticker.read();
    if (ended - begun > SLOW.toNanos()) {
      slow.put(host, true);
    } else {
      slow.invalidate(host);
    }
    return new Found(addresses, ended + (addresses.isEmpty() ? FRESH : USABLE).toNanos());
  }

  /** Looks nothing up any more. */
  @Override
  public void close() {
    resolvers.close();
    resolversOfSlowNames.close();
  }
}
