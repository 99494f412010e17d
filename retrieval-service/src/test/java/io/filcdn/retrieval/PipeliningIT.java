package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Clients that send requests without waiting for answers, as HTTP/1.1 lets them. */
class PipeliningIT extends EdgeTest {

  private static final String HEAD = "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n";

  @Override
  Map<String, String> settings() {
    return Map.of("filcdn.retrieval.limits.pace-window", "2s");
  }

  private static String request(Payer payer, TestPiece piece) {
    return "GET /%s HTTP/1.1\r\nHost: %s.localhost\r\n\r\n".formatted(piece.cid(), payer.address());
  }

  private Socket send(String requests) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.client().port());
    socket.setSoTimeout(20_000);
    socket.getOutputStream().write(requests.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** Reads a head. */
  private static String head(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int c = socket.getInputStream().read();
      assertThat(c).isNotNegative();
      head.append((char) c);
    }
    return head.toString();
  }

  private void awaitIdle() {
    await().atMost(Duration.ofSeconds(30)).until(() -> edge.edge().requests() == 0);
  }

  @Test
  void eachBodyIsCountedForThePayerOfItsOwn() throws Exception {
    Payer one = newPayer();
    Payer other = newPayer();
    TestPiece onDisk = placed(one, 50_000);
    TestPiece inMemory = placed(other, 5_000_000);
    get(one, onDisk);
    get(other, inMemory);
    // clients have all of a piece before its file is in its place
    await().atMost(Duration.ofSeconds(10)).until(() -> edge.edge().cache().fills() == 0);
    get(other, inMemory);
    get(other, inMemory);

    try (Socket socket = send(request(one, onDisk) + request(other, inMemory))) {
      assertThat(head(socket)).contains("200 OK");
      assertThat(socket.getInputStream().readNBytes(50_000)).isEqualTo(onDisk.bytes());
      assertThat(head(socket)).contains("200 OK");
      assertThat(socket.getInputStream().readNBytes(5_000_000)).isEqualTo(inMemory.bytes());
    }

    assertBilled(one, 100_000, 50_000);
    assertBilled(other, 20_000_000, 5_000_000);
  }

  @Test
  void manyRequestsWaitForTheOneBeforeThem() throws Exception {
    Payer payer = newPayer();
    CountDownLatch goOn = new CountDownLatch(1);
    TestPiece piece = newPiece(1_000);
    provider.with(piece, new TestProvider.Fault.WaitsAfter(1, goOn));
    place(piece, payer.address(), payer.dataSet());

    try (Socket socket = send(request(payer, piece) + HEAD.repeat(20_000))) {
      await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().requests() == 1);
      goOn.countDown();

      assertThat(head(socket)).contains("200 OK");
      assertThat(socket.getInputStream().readNBytes(1_000)).isEqualTo(piece.bytes());
      for (int i = 0; i < 20_000; i++) {
        assertThat(head(socket)).contains("200 OK");
      }
    }
    awaitIdle();
  }

  @Test
  void aClientThatOnlySendsIsNotReadForEver() throws Exception {
    ByteBuffer requests =
        ByteBuffer.wrap(HEAD.repeat(1_000).getBytes(StandardCharsets.US_ASCII)).asReadOnlyBuffer();
    try (SocketChannel socket =
        SocketChannel.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), edge.client().port()))) {
      socket.configureBlocking(false);
      long sent = 0;
      for (int rests = 0; rests < 20 && sent < 100_000_000; ) {
        int more = socket.write(requests);
        sent += more;
        if (more == 0) {
          rests++;
          Thread.sleep(100);
        }
        if (!requests.hasRemaining()) {
          requests.rewind();
        }
      }

      assertThat(sent).isLessThan(100_000_000);
      awaitIdle();
    }
  }
}
