package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that say they send no more: they get what they have asked for, and then the end. */
class HalfCloseIT extends EdgeTest {

  @Override
  Map<String, String> settings() {
    // what is not noticed at once would not be noticed within the test
    return Map.of(
        "filcdn.retrieval.http.head-timeout", "10m", "filcdn.retrieval.http.idle-timeout", "10m");
  }

  private static String request(Payer payer, TestPiece piece) {
    return "GET /%s HTTP/1.1\r\nHost: %s.localhost\r\n\r\n".formatted(piece.cid(), payer.address());
  }

  private Socket sendAndShut(String bytes) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.client().port());
    socket.setSoTimeout(20_000);
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    socket.shutdownOutput();
    return socket;
  }

  private TestPiece waiting(Payer payer, CountDownLatch goOn) throws IOException {
    TestPiece piece = newPiece(300_000);
    provider.with(piece, new TestProvider.Fault.WaitsAfter(1, goOn));
    place(piece, payer.address(), payer.dataSet());
    return piece;
  }

  private static void assertEnds(Socket socket) throws IOException {
    assertThat(socket.getInputStream().read()).isEqualTo(-1);
  }

  private void awaitNobody() {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> edge.edge().requests() == 0 && edge.edge().connections().open() == 0);
  }

  @Test
  void aPieceThatIsCachedIsAnswered() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 3_000_000);
    get(payer, piece);

    try (Socket socket = sendAndShut(request(payer, piece))) {
      assertThat(new EdgeClient.Exchange(socket, false).rest().body()).isEqualTo(piece.bytes());
      assertEnds(socket);
    }
    awaitNobody();
  }

  @Test
  void aColdPieceIsAnswered() throws Exception {
    Payer payer = newPayer();
    CountDownLatch goOn = new CountDownLatch(1);
    TestPiece piece = waiting(payer, goOn);

    try (Socket socket = sendAndShut(request(payer, piece))) {
      await().atMost(Duration.ofSeconds(20)).until(() -> provider.requestsFor(piece) == 1);
      goOn.countDown();

      assertThat(new EdgeClient.Exchange(socket, false).rest().body()).isEqualTo(piece.bytes());
      assertEnds(socket);
    }
    awaitNobody();
    assertBilled(payer, 300_000, 300_000);
  }

  @Test
  void allThatWasSentIsAnswered() throws Exception {
    Payer payer = newPayer();
    CountDownLatch goOn = new CountDownLatch(1);
    TestPiece slow = waiting(payer, goOn);
    TestPiece quick = placed(payer, 10);

    try (Socket socket = sendAndShut(request(payer, slow) + request(payer, quick))) {
      await().atMost(Duration.ofSeconds(20)).until(() -> provider.requestsFor(slow) == 1);
      goOn.countDown();

      assertThat(new EdgeClient.Exchange(socket, false).rest().body()).isEqualTo(slow.bytes());
      assertThat(new EdgeClient.Exchange(socket, false).rest().body()).isEqualTo(quick.bytes());
      assertEnds(socket);
    }
    awaitNobody();
  }

  /** Nothing, a part of HTTP/2's preface, of a line, and a whole request before. */
  @ParameterizedTest
  @ValueSource(strings = {"", "PRI * HT", "GET / HTTP", "\r\n"})
  void whoHasAskedForNothingGetsTheEnd(String before) throws Exception {
    try (Socket socket = sendAndShut(before)) {
      assertEnds(socket);
    }
    awaitNobody();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\nHost: localh",
        "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhel",
        "GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello"
      })
  void aRequestThatIsNotWholeIsRefused(String part) throws Exception {
    try (Socket socket = sendAndShut(part)) {
      EdgeClient.Answer answer = new EdgeClient.Exchange(socket, false).rest();

      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.header("X-Error-Code")).isEqualTo("request-unreadable");
      assertEnds(socket);
    }
    awaitNobody();
  }

  @Test
  void aConnectionThatRestsEndsWithItsClient() throws Exception {
    try (Socket socket = sendAndShut("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
      assertThat(new EdgeClient.Exchange(socket, true).rest().status()).isEqualTo(200);
      assertEnds(socket);
    }
    awaitNobody();
  }

  @Test
  void aClientThatHasLeftIsNoticedWithTheFirstBytes() throws Exception {
    Payer payer = newPayer();
    CountDownLatch goOn = new CountDownLatch(1);
    TestPiece piece = waiting(payer, goOn);

    sendAndShut(request(payer, piece)).close();
    await().atMost(Duration.ofSeconds(20)).until(() -> provider.requestsFor(piece) == 1);
    goOn.countDown();

    awaitNobody();
  }

  @Test
  void streamsOfHttp2AreAnswered() throws Exception {
    Payer payer = newPayer();
    CountDownLatch goOn = new CountDownLatch(1);
    TestPiece piece = newPiece(30_000);
    provider.with(piece, new TestProvider.Fault.WaitsAfter(1, goOn));
    place(piece, payer.address(), payer.dataSet());

    try (Http2Socket client = new Http2Socket(edge.client().port())) {
      client.send(Http2Socket.get(1, payer.address() + ".localhost", "/" + piece.cid()));
      client.shutdownOutput();
      await().atMost(Duration.ofSeconds(20)).until(() -> provider.requestsFor(piece) == 1);
      goOn.countDown();

      assertThat(client.dataOf(1)).isEqualTo(piece.bytes());
      client.awaitEnd();
    }
    awaitNobody();
  }
}
