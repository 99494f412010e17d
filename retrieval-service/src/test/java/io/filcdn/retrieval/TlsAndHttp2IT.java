package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.retrieval.TestProvider.Fault;
import io.filcdn.retrieval.tls.TlsEngine;
import io.filcdn.testing.tls.TestCertificate;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both ports in both versions of HTTP: the same answers, the same counts. */
class TlsAndHttp2IT extends TlsEdgeTest {

  @Override
  TlsEngine engine() {
    return TlsEngine.BORINGSSL;
  }

  @Override
  Stream<Way> ways() {
    return Stream.of(Way.values());
  }

  @ParameterizedTest
  @EnumSource
  void aProviderMayTakeLongerThanAHead(Way way) throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 100_000);
    CountDownLatch goOn = new CountDownLatch(1);
    provider.with(piece, new Fault.WaitsAfter(50_000, goOn));
    HttpClient client = client(way);

    HttpClientResponse answer = wait(ask(client, way, payer, piece, HttpMethod.GET));
    vertx.setTimer(6_000, timer -> goOn.countDown());

    assertThat(body(answer)).isEqualTo(piece.bytes());
    wait(client.close());
  }

  /** A client that takes its time before there is a request at all. */
  @ParameterizedTest
  @ValueSource(strings = {"", "160301"})
  void aHandshakeThatDoesNotEndEndsItsConnection(String begin) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), tlsPort)) {
      socket.setSoTimeout(8_000);
      socket.getOutputStream().write(HexFormat.of().parseHex(begin));

      // head-timeout is 5 s; Netty gives a handshake 10
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  /** Of several writes, and of one, which is the last at once. */
  @ParameterizedTest
  @CsvSource({"5000000, 65535", "60000, 1000"})
  void aStreamThatTakesNothingIsResetAndItsNeighboursGoOn(int size, int window) throws Exception {
    Payer payer = newPayer();
    TestPiece large = placed(payer, size);
    TestPiece small = placed(payer, 1_000);
    get(payer, large);
    HttpClient client = client(Way.CLEAR_2, window);

    CompletableFuture<Throwable> end = new CompletableFuture<>();
    HttpClientResponse stuck =
        wait(
            ask(client, Way.CLEAR_2, payer, large, HttpMethod.GET)
                .onSuccess(answer -> answer.exceptionHandler(end::complete)));
    HttpClientResponse neighbour = wait(ask(client, Way.CLEAR_2, payer, small, HttpMethod.GET));

    assertThat(body(neighbour)).isEqualTo(small.bytes());
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().requests() == 0);
    stuck.resume();
    assertThat(end.get(30, TimeUnit.SECONDS)).isInstanceOf(StreamResetException.class);
    wait(client.close());
  }

  @Test
  void aStreamThatDoesNotTakeARefusalIsReset() throws Exception {
    Payer payer = newPayer();
    HttpClient client = client(Way.CLEAR_2, 0);

    CompletableFuture<Throwable> end = new CompletableFuture<>();
    HttpClientResponse stuck =
        wait(
            ask(client, Way.CLEAR_2, payer, newPiece(10), HttpMethod.GET)
                .onSuccess(answer -> answer.exceptionHandler(end::complete)));

    assertThat(stuck.statusCode()).isEqualTo(404);
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().requests() == 0);
    stuck.resume();
    assertThat(end.get(30, TimeUnit.SECONDS)).isInstanceOf(StreamResetException.class);
    wait(client.close());
  }

  /** What was handed to TLS in that turn is encrypted after it. */
  @Test
  void aStreamThatIsResetInTheTurnOfItsRequestHarmsNoOther() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 200_000);
    get(payer, piece);
    get(payer, piece);
    byte[] smallWindow = ByteBuffer.allocate(6).putShort((short) 4).putInt(5_000).array();

    try (Http2Socket client = new Http2Socket(tlsSocket())) {
      client.send(Http2Socket.frame(Http2Socket.SETTINGS, 0, 0, smallWindow));
      for (int stream = 1; stream < 20; stream += 2) {
        client.send(
            tlsGet(stream, payer, piece), Http2Socket.number(Http2Socket.RST_STREAM, stream, 8));
      }
      client.send(tlsGet(21, payer, piece));

      Http2Socket.Frame first =
          client
              .next(frame -> frame.stream() == 21 && frame.type() == Http2Socket.DATA)
              .orElseThrow();
      assertThat(first.payload())
          .isEqualTo(Arrays.copyOf(piece.bytes(), first.payload().length))
          .isNotEmpty();
    }
  }

  private static byte[] tlsGet(int stream, Payer payer, TestPiece piece) {
    return Http2Socket.frame(
        Http2Socket.HEADERS,
        Http2Socket.END_HEADERS | Http2Socket.END_STREAM,
        stream,
        Http2Socket.block(
            ":method",
            "GET",
            ":scheme",
            "https",
            ":authority",
            payer.address() + ".localhost",
            ":path",
            "/" + piece.cid()));
  }

  private SSLSocket tlsSocket() throws Exception {
    SSLSocket socket =
        (SSLSocket)
            new TestCertificate(folder.resolve("edge.crt"), folder.resolve("edge.key"))
                .clients()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), tlsPort);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    return socket;
  }

  private HttpClientResponse put(Way way, TestPiece piece, byte[] tree) throws Exception {
    int port = way.tls ? tlsPort : edge.client().port();
    HttpClient client = client(way);
    try {
      HttpClientResponse answer =
          wait(
              client
                  .request(
                      new RequestOptions()
                          .setMethod(HttpMethod.PUT)
                          .setServer(SocketAddress.inetSocketAddress(port, "127.0.0.1"))
                          .setHost("localhost")
                          .setPort(port)
                          .setURI("/trees/" + piece.cid()))
                  .compose(request -> request.send(Buffer.buffer(tree))));
      assertThat(answer.version()).isEqualTo(way.answered());
      return answer;
    } finally {
      wait(client.close());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTreeIsPutOrRefusedBeforeItIsRead(Way way) throws Exception {
    TestPiece piece = placed(newPayer(), 3_000_000);
    TestPiece unknown = newPiece(3_000_000);

    assertThat(put(way, piece, new byte[60_000]).statusCode()).isEqualTo(413);
    HttpClientResponse refused = put(way, unknown, unknown.tree());
    assertThat(refused.statusCode()).isEqualTo(404);
    assertThat(refused.getHeader("X-Error-Code")).isEqualTo("piece-unknown");
    assertThat(put(way, piece, piece.tree()).statusCode()).isEqualTo(201);
    assertThat(edge.edge().knowsTree(piece.cid())).isTrue();
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().requests() == 0);
  }

  @Test
  void aRenewedCertificateIsForNewConnections() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);
    HttpClient open = client(Way.TLS_2);
    Certificate before = certificate(open, payer, piece);

    TestCertificate renewed = TestCertificate.in(Files.createDirectory(folder.resolve("renewed")));
    replace(renewed.key(), folder.resolve("edge.key"));
    replace(renewed.certificate(), folder.resolve("edge.crt"));

    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> !newConnectionsCertificate(payer, piece).equals(before));
    assertThat(certificate(open, payer, piece)).isEqualTo(before);
    wait(open.close());
  }

  private static void replace(Path with, Path file) throws IOException {
    Files.copy(with, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private Certificate newConnectionsCertificate(Payer payer, TestPiece piece) throws Exception {
    HttpClient client = client(Way.TLS_1);
    Certificate certificate = certificate(client, payer, piece);
    wait(client.close());
    return certificate;
  }

  private Certificate certificate(HttpClient client, Payer payer, TestPiece piece)
      throws Exception {
    HttpClientResponse answer = wait(ask(client, Way.TLS_2, payer, piece, HttpMethod.GET));
    assertThat(body(answer)).isEqualTo(piece.bytes());
    return answer.request().connection().peerCertificates().getFirst();
  }
}
