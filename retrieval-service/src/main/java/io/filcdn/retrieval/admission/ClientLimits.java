package io.filcdn.retrieval.admission;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.retrieval.delivery.Refusal;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one client may take of an edge, so that others get theirs: requests at once, bytes that are
 * promised and not sent yet, and fills begun. A fill costs the payer the whole piece, however small
 * the range that begins it; so what a client makes the edge fetch beyond what it asked for is
 * limited by the hour, per client and per data set.
 */
public final class ClientLimits {

  private static final Duration HOUR = Duration.ofHours(1);
  private static final long FORGOTTEN_ABOVE = 100_000;

  private final Limits limits;
  private final AtomicLong requests = new AtomicLong();
  private final Map<String, Load> loads = new ConcurrentHashMap<>();
  private final LoadingCache<String, Budget> clients;
  private final LoadingCache<DataSetId, Budget> dataSets;

  /**
   * The bounds.
   *
   * @param requests at once, over all clients
   * @param requestsPerClient at once
   * @param unsentBytesPerClient promised in responses under way and not sent yet
   * @param fillsPerClient begun within an hour
   * @param fillsPerDataSet begun within an hour
   * @param unaskedBytesPerClient fetched within an hour beyond what was asked for
   * @param unaskedBytesPerDataSet fetched within an hour beyond what was asked for
   */
  public record Limits(
      long requests,
      long requestsPerClient,
      long unsentBytesPerClient,
      long fillsPerClient,
      long fillsPerDataSet,
      long unaskedBytesPerClient,
      long unaskedBytesPerDataSet) {}

  public ClientLimits(Limits limits, TimeMeter clock) {
    this.limits = limits;
    this.clients =
        Caffeine.newBuilder()
            .maximumSize(FORGOTTEN_ABOVE)
            .expireAfterAccess(HOUR)
            .build(
                client -> new Budget(limits.fillsPerClient, limits.unaskedBytesPerClient, clock));
    this.dataSets =
        Caffeine.newBuilder()
            .maximumSize(FORGOTTEN_ABOVE)
            .expireAfterAccess(HOUR)
            .build(
                dataSet ->
                    new Budget(limits.fillsPerDataSet, limits.unaskedBytesPerDataSet, clock));
  }

  /** How many requests are under way. */
  public long requests() {
    return requests.get();
  }

  /** Lets a request in; {@link #leave} is to follow where nothing is refused. */
  public Optional<Refusal> enter(String client) {
    if (requests.incrementAndGet() > limits.requests) {
      requests.decrementAndGet();
      return Optional.of(Refusal.TOO_MANY_REQUESTS);
    }
    boolean[] refused = new boolean[1];
    loads.compute(
        client,
        (c, before) -> {
          Load mine = before == null ? new Load() : before;
          refused[0] = ++mine.requests > limits.requestsPerClient;
          return mine;
        });
    if (refused[0]) {
      leave(client, 0);
      return Optional.of(Refusal.TOO_MANY_REQUESTS_OF_CLIENT);
    }
    return Optional.empty();
  }

  /**
   * A request has ended.
   *
   * @param promised bytes that were promised to it, and are sent or will not be
   */
  public void leave(String client, long promised) {
    requests.decrementAndGet();
    loads.computeIfPresent(
        client,
        (c, mine) -> {
          mine.requests--;
          mine.unsent -= promised;
          return mine.requests == 0 && mine.unsent == 0 ? null : mine;
        });
  }

  /**
   * Promises bytes to a client that was let in; {@link #leave} is to tell of all of them where
   * nothing is refused.
   */
  public Optional<Refusal> promise(String client, long bytes) {
    boolean[] refused = new boolean[1];
    loads.computeIfPresent(
        client,
        (c, mine) -> {
          // one response may always be under way, however large its piece
          if (mine.unsent > 0 && mine.unsent + bytes > limits.unsentBytesPerClient) {
            refused[0] = true;
          } else {
            mine.unsent += bytes;
          }
          return mine;
        });
    return refused[0] ? Optional.of(Refusal.TOO_MANY_BYTES_OF_CLIENT) : Optional.empty();
  }

  /**
   * Lets a client begin a fill.
   *
   * @param unasked how many bytes of the piece the request does not ask for
   */
  public Optional<Refusal> beginFill(String client, DataSetId dataSet, long unasked) {
    if (!clients.get(client).take(unasked)) {
      return Optional.of(Refusal.TOO_MANY_FILLS_OF_CLIENT);
    }
    return dataSets.get(dataSet).take(unasked)
        ? Optional.empty()
        : Optional.of(Refusal.TOO_MANY_FILLS_OF_DATA_SET);
  }

  /** What a client has under way. Changed only inside {@code loads.compute}. */
  private static final class Load {
    long requests;
    long unsent;
  }

  /** What may still be begun within the hour; it grows back steadily. */
  private static final class Budget {

    private final Bucket fills;
    private final Bucket unaskedBytes;

    Budget(long fillsPerHour, long unaskedBytesPerHour, TimeMeter clock) {
      this.fills = bucket(fillsPerHour, clock);
      this.unaskedBytes = bucket(unaskedBytesPerHour, clock);
    }

    private static Bucket bucket(long perHour, TimeMeter clock) {
      return Bucket.builder()
          .addLimit(limit -> limit.capacity(perHour).refillGreedy(perHour, HOUR))
          .withCustomTimePrecision(clock)
          .build();
    }

    boolean take(long unasked) {
      return fills.tryConsume(1) && (unasked == 0 || unaskedBytes.tryConsume(unasked));
    }
  }
}
