package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.retrieval.TestProvider.Fault;
import io.filcdn.retrieval.tls.TlsEngine;
import io.filcdn.testing.process.FreePort;
import io.filcdn.testing.tls.TestCertificate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An edge with TLS, and the counts of what it serves by several ways. */
abstract class TlsEdgeTest extends EdgeTest {

  final Vertx vertx = Vertx.vertx();
  int tlsPort;

  /** The implementation of TLS. */
  abstract TlsEngine engine();

  /** The ways that are gone. */
  abstract Stream<Way> ways();

  /** The ways to an edge. */
  enum Way {
    CLEAR_1(false, HttpVersion.HTTP_1_1, true),
    CLEAR_2(false, HttpVersion.HTTP_2, true),
    CLEAR_ASKS_FOR_UPGRADE(false, HttpVersion.HTTP_2, false),
    TLS_1(true, HttpVersion.HTTP_1_1, true),
    TLS_2(true, HttpVersion.HTTP_2, true);

    final boolean tls;
    private final HttpVersion version;
    private final boolean known;

    Way(boolean tls, HttpVersion version, boolean known) {
      this.tls = tls;
      this.version = version;
      this.known = known;
    }

    /** An edge ignores what asks it to upgrade, as a server may. */
    HttpVersion answered() {
      return known ? version : HttpVersion.HTTP_1_1;
    }
  }

  @Override
  Map<String, String> settings() {
    try {
      tlsPort = FreePort.find();
      TestCertificate certificate = TestCertificate.in(folder);
      return Map.of(
          "filcdn.retrieval.http.tls.port", Integer.toString(tlsPort),
          "filcdn.retrieval.http.tls.certificate", certificate.certificate().toString(),
          "filcdn.retrieval.http.tls.key", certificate.key().toString(),
          "filcdn.retrieval.http.tls.engine", engine().name().toLowerCase(Locale.ROOT),
          "filcdn.retrieval.http.tls.strict-transport-security", "max-age=300",
          "filcdn.retrieval.http.head-timeout", "5s",
          "filcdn.retrieval.limits.pace-window", "3s");
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterAll
  void closeVertx() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  HttpClient client(Way way) {
    return client(way, Http2Settings.DEFAULT_INITIAL_WINDOW_SIZE);
  }

  /**
   * @param window how many bytes of a stream it takes before it has read some
   */
  HttpClient client(Way way, int window) {
    return vertx.createHttpClient(
        new HttpClientOptions()
            .setInitialSettings(new Http2Settings().setInitialWindowSize(window))
            .setHttp2ConnectionWindowSize(64 << 20)
            .setProtocolVersion(way.version)
            .setHttp2ClearTextUpgrade(!way.known)
            .setSsl(way.tls)
            .setUseAlpn(way.tls)
            .setTrustAll(true)
            .setVerifyHost(false));
  }

  Future<HttpClientResponse> ask(
      HttpClient client, Way way, Payer payer, TestPiece piece, HttpMethod method) {
    int port = way.tls ? tlsPort : edge.client().port();
    return client
        .request(
            new RequestOptions()
                .setMethod(method)
                .setServer(SocketAddress.inetSocketAddress(port, "127.0.0.1"))
                .setHost(payer.address() + ".localhost")
                .setPort(port)
                .setURI("/" + piece.cid()))
        .compose(request -> request.send())
        .onSuccess(HttpClientResponse::pause);
  }

  static byte[] body(HttpClientResponse answer) throws Exception {
    Future<Buffer> body = answer.body();
    answer.resume();
    return wait(body).getBytes();
  }

  static <T> T wait(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aPieceIsTheSameAndIsCountedToTheByte(Way way) throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 3_000_000);
    HttpClient client = client(way);

    for (String status : List.of("filcdn; fwd=miss; stored", "filcdn; hit")) {
      HttpClientResponse answer = wait(ask(client, way, payer, piece, HttpMethod.GET));

      assertThat(answer.version()).isEqualTo(way.answered());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.getHeader("Cache-Status")).isEqualTo(status);
      assertThat(answer.getHeader("Content-Length")).isEqualTo("3000000");
      assertThat(answer.getHeader("Strict-Transport-Security"))
          .isEqualTo(way.tls ? "max-age=300" : null);
      assertThat(body(answer)).isEqualTo(piece.bytes());
    }
    HttpClientResponse head = wait(ask(client, way, payer, piece, HttpMethod.HEAD));
    assertThat(head.getHeader("Content-Length")).isEqualTo("3000000");
    HttpClientResponse refused = wait(ask(client, way, payer, newPiece(5), HttpMethod.GET));
    assertThat(refused.statusCode()).isEqualTo(404);
    assertThat(refused.getHeader("X-Error-Code")).isEqualTo("piece-unknown");
    wait(client.close());
    assertBilled(payer, 6_000_000, 3_000_000);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void wrongBytesEndInAFailureThatTheClientSees(Way way) throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000_000);
    provider.fail(piece, new Fault.WrongByte(500_000));
    HttpClient client = client(way);

    List<Buffer> parts = new ArrayList<>();
    CompletableFuture<Throwable> end = new CompletableFuture<>();
    // on the client's own thread: a failure that comes before its handler would go unseen
    ask(client, way, payer, piece, HttpMethod.GET)
        .onFailure(end::complete)
        .onSuccess(
            answer -> {
              answer.handler(parts::add);
              answer.exceptionHandler(end::complete);
              answer.endHandler(
                  done -> end.complete(new AssertionError("a response that looks whole")));
              answer.resume();
            });

    Throwable failure = end.get(30, TimeUnit.SECONDS);
    if (way.answered() == HttpVersion.HTTP_2) {
      assertThat(failure).isInstanceOf(StreamResetException.class);
    } else {
      assertThat(failure).isNotInstanceOf(AssertionError.class);
    }
    long came = parts.stream().mapToLong(Buffer::length).sum();
    assertThat(came).isLessThanOrEqualTo(1_000_000 - 65_536);
    await().atMost(Duration.ofSeconds(20)).until(() -> retrievals(payer) == 1);
    assertThat(unbilledBytes(payer)).isGreaterThanOrEqualTo(came);
    assertBilled(payer, 0, 0);
    wait(client.close());
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aClientThatLeavesIsBilledWhatItsSocketTook(Way way) throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 30_000_000);
    get(payer, piece);
    HttpClient client = client(way);

    CompletableFuture<Long> came = new CompletableFuture<>();
    long[] count = new long[1];
    ask(client, way, payer, piece, HttpMethod.GET)
        .onFailure(came::completeExceptionally)
        .onSuccess(
            answer -> {
              answer.exceptionHandler(came::completeExceptionally);
              answer.handler(
                  part -> {
                    count[0] += part.length();
                    if (count[0] >= 1_000_000 && came.complete(count[0])) {
                      answer.request().reset();
                    }
                  });
              answer.resume();
            });
    long seen = came.get(30, TimeUnit.SECONDS);

    await().atMost(Duration.ofSeconds(20)).until(() -> retrievals(payer) == 2);
    assertThat(egressBytes(payer) - 30_000_000).isBetween(seen, 29_999_999L);
    wait(client.close());
  }
}
