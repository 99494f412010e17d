package io.filcdn.retrieval.origin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Connections to providers, over HTTP/1.1, to the addresses that were checked and no others. They
 * are kept for a while and used again, unless a new one is asked for.
 */
final class OriginConnections {

  private static final int MAX_HEADER = 16 << 10;

  /** As much as Netty reads from a socket at once: what came together stays together. */
  private static final int CHUNK = 64 << 10;

  private static final int KEPT_SECONDS = 30;
  private static final long MOST_HOSTS = 10_000;
  private static final Duration CONNECTED_HOLDS = Duration.ofMinutes(10);

  private final OriginClient.Tools tools;

  /** Keeps connections, and takes kept ones. */
  private final HttpClient pooled;

  /** Makes a new connection for each request. */
  private final HttpClient fresh;

  /** The address of a host that was connected to the last time. */
  private final Cache<String, InetAddress> connected =
      Caffeine.newBuilder().maximumSize(MOST_HOSTS).expireAfterWrite(CONNECTED_HOLDS).build();

  OriginConnections(OriginClient.Tools tools, X509ExtendedTrustManager trust) {
    this.tools = tools;
    this.pooled = client(trust, true);
    this.fresh = client(trust, false);
  }

  private HttpClient client(X509ExtendedTrustManager trust, boolean keepAlive) {
    OriginClient.Rules rules = tools.rules();
    return tools
        .vertx()
        .httpClientBuilder()
        .with(
            new HttpClientOptions()
                .setConnectTimeout(Math.toIntExact(rules.connect().toMillis()))
                .setSslHandshakeTimeout(rules.connect().toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setSslEngineOptions(OriginTls.engines())
                .setTrustOptions(TrustOptions.wrap(OriginTls.naming(trust)))
                // OriginTls sees to it
                .setVerifyHost(false)
                .setKeepAlive(keepAlive)
                .setKeepAliveTimeout(KEPT_SECONDS)
                .setMaxHeaderSize(MAX_HEADER)
                .setMaxChunkSize(CHUNK)
                .setDecompressionSupported(false))
        .with(
            new PoolOptions()
                .setHttp1MaxSize(rules.connections())
                .setMaxWaitQueueSize(10 * rules.connections()))
        .withConnectHandler(OriginConnection::watch)
        .build();
  }

  /**
   * A request that is not sent yet, on a connection to the first address that takes one.
   *
   * @param range the value of the Range header; empty where the whole resource is asked for
   * @param anew whether it needs a new connection
   */
  Future<HttpClientRequest> request(
      OriginAddress address, HttpMethod method, Optional<String> range, boolean anew) {
    OriginUrl url = address.url();
    InetAddress last = connected.getIfPresent(url.host());
    return new ConnectionRace<>(
            tools.vertx(),
            address.startingWith(Optional.ofNullable(last)).addresses(),
            at ->
                (anew ? fresh : pooled)
                    .request(options(url, at, range).setMethod(method))
                    .onSuccess(made -> connected.put(url.host(), at)),
            late -> late.connection().close())
        .run();
  }

  private static RequestOptions options(OriginUrl url, InetAddress at, Optional<String> range) {
    RequestOptions options =
        new RequestOptions()
            .setServer(SocketAddress.inetSocketAddress(url.port(), at.getHostAddress()))
            .setHost(url.host())
            .setPort(url.port())
            .setSsl(url.tls())
            .setURI(url.target())
            .setFollowRedirects(false)
            .putHeader("Accept-Encoding", "identity")
            .putHeader("User-Agent", "filcdn");
    range.ifPresent(part -> options.putHeader("Range", part));
    return options;
  }

  /** Closes all. */
  void close() {
    pooled.close();
    fresh.close();
  }
}
