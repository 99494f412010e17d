package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that leave in the middle of a response are billed what they took, and little more. */
@EnabledOnOs(OS.LINUX)
class AbortsIT extends EdgeTest {

  private static final int PIECE = 20_000_000;

  /** {@code http.max-unsent}, and one segment of loopback that the kernel takes beyond it. */
  private static final int MARGIN = (128 << 10) + (64 << 10);

  @ParameterizedTest
  @CsvSource({"4096, 1", "16384, 1", "65536, 1", "16384, 729", "16384, 3000000"})
  void aClientThatLeavesIsBilledWhatItsKernelHasAndAMargin(int receiveBuffer, int read)
      throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, PIECE);
    get(payer, piece);
    assertBilled(payer, PIECE, PIECE);

    int kernel = takeAndLeave(payer, piece, receiveBuffer, read);

    await().atMost(Duration.ofSeconds(20)).until(() -> egressBytes(payer) > PIECE);
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().requests() == 0);
    long billed = egressBytes(payer) - PIECE;
    assertThat(billed).isBetween((long) read, (long) read + kernel + MARGIN);
  }

  /** Takes some bytes, waits until the edge has sent what it will, and resets the connection. */
  private int takeAndLeave(Payer payer, TestPiece piece, int receiveBuffer, int read)
      throws IOException {
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(receiveBuffer);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), edge.client().port()));
      socket
          .getOutputStream()
          .write(
              "GET /%s HTTP/1.1\r\nHost: %s.localhost\r\n\r\n"
                  .formatted(piece.cid(), payer.address())
                  .getBytes(StandardCharsets.US_ASCII));
      EdgeClient.Exchange exchange = new EdgeClient.Exchange(socket, false);
      assertThat(exchange.read(read)).hasSize(read);
      await().during(Duration.ofMillis(500)).until(() -> !exchange.nothingCame());
      socket.setSoLinger(true, 0);
      return socket.getReceiveBufferSize();
    }
  }
}
