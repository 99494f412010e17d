package io.filcdn.retrieval.origin;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.origin.OriginFailure.Kind;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * Fetches pieces from providers as Curio serves them: {@code GET {serviceUrl}/piece/{pieceCid}}.
 * Nothing of a provider's answer is trusted: its headers are read only for status, length and
 * range.
 */
public final class OriginClient {

  private final Vertx vertx;
  private final HttpClient client;
  private final boolean allowPrivate;
  private final Duration firstByteTimeout;

  /** How long providers may take. */
  public record Timeouts(Duration connect, Duration firstByte, Duration stall) {}

  public OriginClient(Vertx vertx, Timeouts timeouts, int connections, boolean allowPrivate) {
    this.vertx = vertx;
    this.allowPrivate = allowPrivate;
    this.firstByteTimeout = timeouts.firstByte();
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setConnectTimeout(Math.toIntExact(timeouts.connect().toMillis()))
                .setReadIdleTimeout(Math.toIntExact(timeouts.stall().toSeconds()))
                .setKeepAliveTimeout(30)
                .setMaxPoolSize(connections)
                .setMaxWaitQueueSize(10 * connections)
                .setMaxHeaderSize(16 << 10)
                .setDecompressionSupported(false));
  }

  /**
   * Fetches a piece from {@code offset} on. Returns at once; the sink is called on the current
   * event loop.
   */
  public OriginFetch fetch(Origin origin, PieceCid piece, long offset, OriginSink sink) {
    OriginFetch fetch = new OriginFetch(piece, offset, sink);
    vertx
        .executeBlocking(() -> OriginAddress.check(origin.serviceUrl(), allowPrivate), false)
        .onComplete(
            checked -> {
              if (checked.failed()) {
                fetch.fail(Kind.UNUSABLE, checked.cause().toString());
              } else {
                switch (checked.result()) {
                  case OriginAddress.Checked.Usable usable -> request(usable.address(), fetch);
                  case OriginAddress.Checked.Refused refused ->
                      fetch.fail(Kind.UNUSABLE, refused.why());
                }
              }
            });
    return fetch;
  }

  private void request(OriginAddress address, OriginFetch fetch) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setServer(
                SocketAddress.inetSocketAddress(address.port(), address.address().getHostAddress()))
            .setHost(address.host())
            .setPort(address.port())
            .setSsl(address.tls())
            .setURI(address.path() + "/piece/" + fetch.piece())
            .setFollowRedirects(false)
            .setTimeout(firstByteTimeout.toMillis())
            .putHeader("Accept-Encoding", "identity")
            .putHeader("User-Agent", "filcdn");
    if (fetch.offset() > 0) {
      options.putHeader("Range", "bytes=" + fetch.offset() + "-");
    }
    client
        .request(options)
        .compose(request -> send(request, fetch))
        .onSuccess(fetch::receive)
        .onFailure(failure -> fetch.fail(kindOf(failure), failure.toString()));
  }

  private static io.vertx.core.Future<HttpClientResponse> send(
      HttpClientRequest request, OriginFetch fetch) {
    fetch.sending(request);
    return request.send();
  }

  private static Kind kindOf(Throwable failure) {
    return failure instanceof TimeoutException
            || failure instanceof ConnectException connect
                && String.valueOf(connect.getMessage()).contains("timed out")
        ? Kind.TIMEOUT
        : Kind.FAILED;
  }

  /** Ends all fetches. */
  public void close() {
    client.close();
  }
}
