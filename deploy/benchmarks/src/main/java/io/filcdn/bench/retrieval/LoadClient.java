package io.filcdn.bench.retrieval;

import io.filcdn.common.piece.PieceCid;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client that keeps its connection, and looks at each byte that it gets. */
final class LoadClient implements AutoCloseable {

  private static final Pattern LENGTH = Pattern.compile("content-length: (\\d+)");
  private static final int STEP = 16 << 10;
  private static final int PATIENCE_MILLIS = 120_000;

  private final Contender edge;
  private final Socket socket;
  private final InputStream in;

  /**
   * @param number of its address, so that not all are one client to the edge
   * @param receiveBuffer the bytes that its socket holds, as far as the kernel obeys
   */
  LoadClient(Contender edge, int number, int receiveBuffer) throws IOException {
    this.edge = edge;
    this.socket = new Socket();
    socket.setReceiveBufferSize(receiveBuffer);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    socket.bind(
        new InetSocketAddress("127.0.%d.%d".formatted(1 + number / 200, 1 + number % 200), 0));
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), edge.port()));
    this.in = new BufferedInputStream(socket.getInputStream(), STEP);
  }

  /** Asks for bytes of a piece of {@link RandomBytes}, from {@code first} to before {@code end}. */
  void ask(PieceCid piece, long first, long end) throws IOException {
    String request =
        "GET /%s HTTP/1.1\r\nHost: %s\r\nRange: bytes=%d-%d\r\n\r\n"
            .formatted(piece, edge.host(), first, end - 1);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Takes the answer to what was asked.
   *
   * @param most bytes that it takes, before it has enough
   * @param pauseMillis between one step and the next
   * @return whether all that it took is right
   */
  boolean takes(PieceCid piece, long first, long end, long most, long pauseMillis)
      throws IOException {
    String head = Fetcher.head(in).toLowerCase(Locale.ROOT);
    Matcher length = LENGTH.matcher(head);
    if (!head.startsWith("http/1.1 206")
        || !length.find()
        || Long.parseLong(length.group(1)) != end - first) {
      return false;
    }
    RandomBytes right = new RandomBytes(first, end, piece.rawSize());
    byte[] expected = new byte[STEP];
    long left = Math.min(most, end - first);
    while (left > 0) {
      byte[] found = in.readNBytes((int) Math.min(STEP, left));
      if (found.length == 0 || !isNext(right, expected, found)) {
        return false;
      }
      left -= found.length;
      pause(pauseMillis);
    }
    return true;
  }

  private static boolean isNext(RandomBytes right, byte[] expected, byte[] found) {
    int at = 0;
    while (at < found.length) {
      at += right.read(expected, at, found.length - at);
    }
    return Arrays.equals(expected, 0, found.length, found, 0, found.length);
  }

  /** Rests. */
  static void pause(long millis) {
    LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
