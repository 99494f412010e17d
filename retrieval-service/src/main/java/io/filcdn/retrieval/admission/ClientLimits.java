package io.filcdn.retrieval.admission;

import io.filcdn.retrieval.delivery.Refusal;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one client may take of an edge, so that others get theirs: requests at once, and bytes that
 * are promised and not sent yet.
 */
public final class ClientLimits {

  private final Limits limits;
  private final AtomicLong requests = new AtomicLong();
  private final Map<String, Load> loads = new ConcurrentHashMap<>();

  /**
   * The bounds.
   *
   * @param requests at once, over all clients
   * @param requestsPerClient at once
   * @param unsentBytesPerClient promised in responses under way and not sent yet
   */
  public record Limits(long requests, long requestsPerClient, long unsentBytesPerClient) {}

  public ClientLimits(Limits limits) {
    this.limits = limits;
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

  /** What a client has under way. Changed only inside {@code loads.compute}. */
  private static final class Load {
    long requests;
    long unsent;
  }
}
