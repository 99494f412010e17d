package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that open connections, from the many addresses that a loopback interface has. */
class ConnectionsIT extends EdgeTest {

  private static final int ALL = 12;

  private final Deque<Socket> sockets = new ArrayDeque<>();

  @Override
  Map<String, String> settings() {
    return Map.of(
        "filcdn.retrieval.http.head-timeout", "10m",
        "filcdn.retrieval.http.idle-timeout", "10m",
        "filcdn.retrieval.http.proxies", "127.9.0.0/16",
        "filcdn.retrieval.limits.connections", Integer.toString(ALL),
        "filcdn.retrieval.limits.connections-reserved", "2",
        "filcdn.retrieval.limits.connections-per-client", "2",
        "filcdn.retrieval.limits.wider-factor", "2");
  }

  @AfterEach
  void closeAll() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    sockets.clear();
    awaitOpen(0);
  }

  private void awaitOpen(int connections) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> edge.edge().connections().open() == connections);
  }

  private Socket connect(String from) throws IOException {
    Socket socket = new Socket();
    sockets.add(socket);
    socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), edge.client().port()));
    socket.setSoTimeout(20_000);
    return socket;
  }

  /** A connection that rests after it has been answered. */
  @CanIgnoreReturnValue
  private Socket answered(String from) throws IOException {
    Socket socket = connect(from);
    assertThat(isAnswered(socket)).isTrue();
    return socket;
  }

  private static boolean isAnswered(Socket socket) throws IOException {
    try {
      socket
          .getOutputStream()
          .write("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return new EdgeClient.Exchange(socket, true).rest().status() == 200;
    } catch (SocketException closed) {
      return false;
    }
  }

  @Test
  void aClientHasSoManyAndItsNetworkToo() throws Exception {
    for (int i = 0; i < 2; i++) {
      answered("127.1.1.1");
    }

    assertThat(isAnswered(connect("127.1.1.1"))).isFalse();
    for (int i = 2; i < 8; i++) {
      answered("127.1.1." + i);
    }
    assertThat(isAnswered(connect("127.1.1.8"))).isFalse();
    answered("127.1.2.1");
    awaitOpen(9);

    sockets.peek().close();
    awaitOpen(8);
    answered("127.1.1.8");
  }

  @Test
  void whoHasNoneGetsThePlaceOfOneThatIsIdleAndGotNothing() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 10);
    Socket served = connect("127.2.0.1");
    served
        .getOutputStream()
        .write(
            "GET /%s HTTP/1.1\r\nHost: %s.localhost\r\n\r\n"
                .formatted(piece.cid(), payer.address())
                .getBytes(StandardCharsets.US_ASCII));
    assertThat(new EdgeClient.Exchange(served, false).rest().body()).isEqualTo(piece.bytes());
    Socket oldest = answered("127.2.1.1");
    for (int network = 2; network < ALL; network++) {
      answered("127.2." + network + ".1");
    }
    awaitOpen(ALL);

    Socket newcomer = answered("127.3.1.1");

    assertThat(oldest.getInputStream().read()).isEqualTo(-1);
    awaitOpen(ALL);
    assertThat(edge.edge().connections().evicted()).isPositive();
    assertThat(isAnswered(newcomer)).isTrue();
    assertThat(isAnswered(served)).isTrue();
  }

  @Test
  void aProxyIsNotOneClient() throws Exception {
    for (int i = 0; i < 8; i++) {
      answered("127.9.0.1");
    }
    awaitOpen(8);
  }
}
