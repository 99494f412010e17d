package io.filcdn.retrieval.origin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.origin.OriginFailure.Kind;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Fetches pieces from providers as Curio serves them: {@code GET {serviceUrl}/piece/{pieceCid}}.
 * Nothing of a provider's answer is trusted: its headers are read only for status, length, range,
 * redirect and Retry-After.
 */
public final class OriginClient {

  private static final int MAX_HEADER = 16 << 10;
  private static final int MAX_REDIRECTS = 3;

  /** As much as Netty reads from a socket at once: what came together stays together. */
  private static final int CHUNK = 64 << 10;

  /** Names are looked up by threads of their own: a name can be made to take long. */
  private static final int RESOLVERS = 8;

  private static final int MOST_ADDRESSES = 10_000;
  private static final Duration ADDRESS_HOLDS = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final WorkerExecutor resolvers;
  private final HttpClient client;

  /** Where service URLs led a moment ago: looking is a hop to another thread. */
  private final Cache<String, OriginAddress> addresses =
      Caffeine.newBuilder().maximumSize(MOST_ADDRESSES).expireAfterWrite(ADDRESS_HOLDS).build();

  private final Rules rules;

  /**
   * How providers are asked.
   *
   * @param connect how long a connection may take
   * @param firstByte how long the head of an answer may take, redirects and all
   * @param stall within which time a provider must send {@code leastBytes}
   * @param leastBytes the least that it must send within {@code stall}
   * @param longest how long a provider may take for a whole piece, as far as its pace goes
   * @param connections to one provider at once
   * @param ports that may be contacted
   * @param allowPrivate whether addresses that are not public may be contacted (devnets only)
   */
  public record Rules(
      Duration connect,
      Duration firstByte,
      Duration stall,
      long leastBytes,
      Duration longest,
      int connections,
      OriginAddress.Ports ports,
      boolean allowPrivate) {

    /** No provider has to be faster, however large the piece. */
    private static final long ENOUGH_A_SECOND = 256 << 10;

    /** The least that a provider must send of a piece within {@link #stall}. */
    long leastBytes(PieceCid piece) {
      double bytesASecond = piece.rawSize() / (longest.toMillis() / 1e3);
      double ofSize = Math.min(bytesASecond, ENOUGH_A_SECOND) * stall.toMillis() / 1e3;
      return Math.max(leastBytes, (long) ofSize);
    }
  }

  public OriginClient(Vertx vertx, Rules rules) {
    this.vertx = vertx;
    this.rules = rules;
    this.resolvers = vertx.createSharedWorkerExecutor("filcdn-resolve", RESOLVERS);
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setConnectTimeout(Math.toIntExact(rules.connect().toMillis()))
                .setKeepAliveTimeout(30)
                .setMaxPoolSize(rules.connections())
                .setMaxWaitQueueSize(10 * rules.connections())
                .setMaxHeaderSize(MAX_HEADER)
                .setMaxChunkSize(CHUNK)
                .setDecompressionSupported(false));
  }

  /** A fetch of a piece from {@code offset} on, which is begun by {@link #start}. */
  OriginFetch fetch(Origin origin, PieceCid piece, long offset, OriginSink sink) {
    return new OriginFetch(vertx, rules, origin, piece, offset, sink);
  }

  /** Asks the provider. Returns at once; the fetch's sink is called on the current event loop. */
  void start(OriginFetch fetch) {
    String serviceUrl = fetch.origin().serviceUrl();
    OriginAddress known = addresses.getIfPresent(serviceUrl);
    if (known != null) {
      request(known.below(fetch.path()), MAX_REDIRECTS, fetch);
    } else {
      check(
          serviceUrl,
          fetch,
          address -> {
            addresses.put(serviceUrl, address);
            request(address.below(fetch.path()), MAX_REDIRECTS, fetch);
          });
    }
  }

  private void check(String url, OriginFetch fetch, Consumer<OriginAddress> then) {
    resolvers
        .executeBlocking(() -> OriginAddress.check(url, rules.ports(), rules.allowPrivate()), false)
        .onSuccess(
            checked -> {
              switch (checked) {
                case OriginAddress.Checked.Usable(OriginAddress address) -> then.accept(address);
                case OriginAddress.Checked.Refused(String why) -> fetch.fail(Kind.UNUSABLE, why);
              }
            })
        .onFailure(failure -> fetch.fail(Kind.UNUSABLE, failure.toString()));
  }

  private void request(OriginAddress address, int redirects, OriginFetch fetch) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setServer(
                SocketAddress.inetSocketAddress(address.port(), address.address().getHostAddress()))
            .setHost(address.host())
            .setPort(address.port())
            .setSsl(address.tls())
            .setURI(address.path())
            .setFollowRedirects(false)
            .putHeader("Accept-Encoding", "identity")
            .putHeader("User-Agent", "filcdn");
    if (fetch.offset() > 0) {
      options.putHeader("Range", "bytes=" + fetch.offset() + "-");
    }
    client
        .request(options)
        .compose(request -> send(request, fetch))
        .onSuccess(answer -> receive(address, answer, redirects, fetch))
        .onFailure(failure -> fetch.fail(Kind.FAILED, failure.toString()));
  }

  private static Future<HttpClientResponse> send(HttpClientRequest request, OriginFetch fetch) {
    fetch.sending(request);
    return request.send();
  }

  private void receive(
      OriginAddress address, HttpClientResponse answer, int redirects, OriginFetch fetch) {
    String location = answer.getHeader("Location");
    if (answer.statusCode() / 100 != 3 || location == null) {
      fetch.receive(answer);
    } else if (redirects == 0) {
      fetch.fail(Kind.FAILED, "expected at most %d redirects, found more".formatted(MAX_REDIRECTS));
    } else {
      answer.request().reset();
      try {
        check(address.resolve(location), fetch, next -> request(next, redirects - 1, fetch));
      } catch (IllegalArgumentException e) {
        fetch.fail(Kind.UNUSABLE, "expected a URL to be redirected to, found another text");
      }
    }
  }

  /** Tells of each second how many bytes came in it. */
  PaceMeter measure(LongConsumer second) {
    return new PaceMeter(vertx, second);
  }

  /** Ends all fetches. */
  public void close() {
    client.close();
    resolvers.close();
  }
}
