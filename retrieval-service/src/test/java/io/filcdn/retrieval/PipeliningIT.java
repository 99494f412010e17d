package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.retrieval.EdgeClient.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Clients that send requests without waiting for answers, as HTTP/1.1 lets them. */
class PipeliningIT extends EdgeTest {

  private static final String HEAD = "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n";

  @Override
  Map<String, String> settings() {
    return Map.of("filcdn.retrieval.http.head-timeout", "2s");
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

  private static Answer next(Socket socket) throws IOException {
    return new EdgeClient.Exchange(socket, false).rest();
  }

  private static void assertWelcomed(Socket socket, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      assertThat(new EdgeClient.Exchange(socket, true).rest().status()).isEqualTo(200);
    }
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
      assertThat(next(socket).body()).isEqualTo(onDisk.bytes());
      assertThat(next(socket).body()).isEqualTo(inMemory.bytes());
    }

    assertBilled(one, 100_000, 50_000);
    assertBilled(other, 20_000_000, 5_000_000);
  }

  /** Its head is complete; it is the edge that lets it wait, for longer than a head may take. */
  @Test
  void aRequestThatWaitsForItsTurnEndsNoConnection() throws Exception {
    Payer payer = newPayer();
    TestPiece quick = placed(payer, 10);
    CountDownLatch goOn = new CountDownLatch(1);
    TestPiece slow = newPiece(1_000);
    provider.with(slow, new TestProvider.Fault.WaitsAfter(1, goOn));
    place(slow, payer.address(), payer.dataSet());

    try (Socket socket = send(request(payer, quick) + request(payer, slow))) {
      assertThat(next(socket).body()).isEqualTo(quick.bytes());
      await().atMost(Duration.ofMinutes(1)).until(() -> edge.edge().requests() == 1);
      socket.getOutputStream().write(HEAD.getBytes(StandardCharsets.US_ASCII));
      CompletableFuture.delayedExecutor(4, TimeUnit.SECONDS).execute(goOn::countDown);

      assertThat(next(socket).body()).isEqualTo(slow.bytes());
      assertWelcomed(socket, 1);
    }
  }

  @Test
  void manyRequestsWaitForTheOneBeforeThem() throws Exception {
    Payer payer = newPayer();
    CountDownLatch goOn = new CountDownLatch(1);
    TestPiece piece = newPiece(1_000);
    provider.with(piece, new TestProvider.Fault.WaitsAfter(1, goOn));
    place(piece, payer.address(), payer.dataSet());

    try (Socket socket = send(request(payer, piece) + HEAD.repeat(5_000))) {
      await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().requests() == 1);
      goOn.countDown();

      assertThat(next(socket).body()).isEqualTo(piece.bytes());
      assertWelcomed(socket, 5_000);
    }
    awaitIdle();
  }

  @Test
  void aClientThatOnlySendsIsNotReadForEver() throws Exception {
    ByteBuffer requests =
        ByteBuffer.wrap(HEAD.repeat(1_000).getBytes(StandardCharsets.US_ASCII)).asReadOnlyBuffer();
    try (Selector selector = Selector.open();
        SocketChannel socket =
            SocketChannel.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), edge.client().port()))) {
      socket.configureBlocking(false);
      socket.register(selector, SelectionKey.OP_WRITE);
      long sent = 0;
      while (sent < 100_000_000 && selector.select(2_000) > 0) {
        selector.selectedKeys().clear();
        sent += socket.write(requests);
        if (!requests.hasRemaining()) {
          requests.rewind();
        }
      }

      assertThat(sent).isLessThan(100_000_000);
      awaitIdle();
    }
  }
}
