package io.filcdn.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One request by HTTP/2 over TLS, on a connection that its client's requests share, and what is
 * taken of the answer.
 */
final class Http2Exchange implements Exchange {

  /** The bytes of a stream that its client holds unread: what Java reads as it makes a client. */
  static final int WINDOW = 64 * 1024;

  private static final Duration CONNECTED_WITHIN = Duration.ofSeconds(4);

  static {
    System.setProperty("jdk.httpclient.windowsize", "" + WINDOW);
    System.setProperty("jdk.httpclient.receiveBufferSize", "" + Connection.RECEIVE_BUFFER);
    // a request is sent once: what is sent again unseen would be billed again
    System.setProperty("jdk.httpclient.redirects.retrylimit", "1");
  }

  private final CompletableFuture<HttpResponse<Parts>> answer;
  private final MessageDigest sha256 = Connection.sha256();
  private @Nullable HttpResponse<Parts> head;
  private long taken;

  private Http2Exchange(CompletableFuture<HttpResponse<Parts>> answer) {
    this.answer = answer;
  }

  /** A client at an address of this machine. */
  static HttpClient client(InetAddress from, SSLContext tls, Executor threads) {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_2)
        .localAddress(from)
        .sslContext(tls)
        .connectTimeout(CONNECTED_WITHIN)
        .executor(threads)
        .build();
  }

  /** Asks for what is at {@code url}. */
  static Http2Exchange open(HttpClient client, URI url, Map<String, String> headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(url);
    headers.forEach(request::header);
    return new Http2Exchange(client.sendAsync(request.build(), _ -> new Parts()));
  }

  @Override
  public Http2Exchange takeUntilQuiet(long most, int millis) {
    try {
      head = answer.get(millis, TimeUnit.MILLISECONDS);
      if (head.version() != HttpClient.Version.HTTP_2) {
        throw new AssertionError("expected HTTP/2 of %s, found %s".formatted(head.uri(), head));
      }
      while (taken < most) {
        List<ByteBuffer> part = head.body().next(millis);
        if (part.isEmpty()) {
          return this;
        }
        for (ByteBuffer each : part) {
          taken += each.remaining();
          sha256.update(each);
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ConnectException cause) {
        throw new UncheckedIOException(cause);
      }
    } catch (TimeoutException e) {
      // that is the end of it
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return this;
  }

  @Override
  public boolean isAnswered() {
    return head != null;
  }

  @Override
  public Download download() {
    if (head == null) {
      throw new UncheckedIOException(new IOException("nothing was answered"));
    }
    HttpHeaders headers = head.headers();
    Map<String, String> first =
        headers.map().keySet().stream()
            .collect(
                Collectors.toMap(
                    name -> name.toLowerCase(Locale.ROOT),
                    name -> headers.firstValue(name).orElseThrow()));
    boolean whole = taken == headers.firstValueAsLong("content-length").orElse(0);
    return new Download(
        head.statusCode(), first, taken, whole, HexFormat.of().formatHex(sha256.digest()));
  }

  @Override
  public void leave() {
    answer.cancel(true);
    if (head != null) {
      head.body().cancel();
    }
  }

  /** Its connection is its client's. */
  @Override
  public void close() {
    leave();
  }

  /** The parts of a body, of which none is taken before it is asked for. */
  private static final class Parts implements HttpResponse.BodySubscriber<Parts> {

    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

    /** An empty part is the end. */
    private final BlockingQueue<List<ByteBuffer>> arrived = new LinkedBlockingQueue<>();

    private boolean asked;
    private boolean over;

    /** The next part; an empty one at the end, and where none comes for so long. */
    List<ByteBuffer> next(int millis)
        throws ExecutionException, InterruptedException, TimeoutException {
      if (over) {
        return List.of();
      }
      if (!asked) {
        subscription.get(millis, TimeUnit.MILLISECONDS).request(1);
        asked = true;
      }
      List<ByteBuffer> part = arrived.poll(millis, TimeUnit.MILLISECONDS);
      if (part == null) {
        return List.of();
      }
      asked = false;
      over = part.isEmpty();
      return part;
    }

    void cancel() {
      var _ = subscription.thenAccept(Flow.Subscription::cancel);
    }

    @Override
    public CompletionStage<Parts> getBody() {
      return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription.complete(given);
    }

    @Override
    public void onNext(List<ByteBuffer> part) {
      arrived.add(part);
    }

    @Override
    public void onError(Throwable failure) {
      arrived.add(List.of());
    }

    @Override
    public void onComplete() {
      arrived.add(List.of());
    }
  }
}
