package io.filcdn.bench.retrieval;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.filcdn.bench.run.BenchFailure;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A provider behind a line of so many bits a second, which all of its responses share: it sends no
 * faster than that.
 */
final class SlowOrigin implements AutoCloseable {

  private static final int STEP = 64 << 10;

  /**
   * Time that a line may make up for: where its bytes were made late, not where none were asked.
   */
  private static final long MOST_LATE = Duration.ofMillis(2).toNanos();

  private final double bytesPerNano;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Long> pieces = new ConcurrentHashMap<>();
  private final AtomicLong sent = new AtomicLong();

  /** The time at which all that was sent so far has left the line. */
  private final AtomicLong free = new AtomicLong(System.nanoTime());

  SlowOrigin(long bitsPerSecond) {
    // Java's server waits for acknowledgements else, which no provider's does
    System.setProperty("sun.net.httpserver.nodelay", "true");
    this.bytesPerNano = bitsPerSecond / 8.0 / 1e9;
    try {
      this.server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new BenchFailure("the origin cannot listen: " + e.getMessage(), e);
    }
    server.setExecutor(threads);
    server.createContext("/piece/", this::send);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Has it serve {@link RandomBytes} of that size, whose seed is the size too. */
  void add(PieceCid piece) {
    pieces.put(piece.toString(), piece.rawSize());
  }

  private void send(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    Long size = pieces.get(path.substring(path.lastIndexOf('/') + 1));
    if (size == null) {
      exchange.sendResponseHeaders(404, -1);
      exchange.close();
      return;
    }
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Long.toString(size));
      exchange.sendResponseHeaders(200, -1);
      exchange.close();
      return;
    }
    String range = exchange.getRequestHeaders().getFirst("Range");
    long first = 0;
    long end = size;
    if (range != null) {
      String[] numbers = range.replace("bytes=", "").split("-", 2);
      first = Long.parseLong(numbers[0]);
      end = numbers[1].isEmpty() ? size : Math.min(size, Long.parseLong(numbers[1]) + 1);
      exchange
          .getResponseHeaders()
          .add("Content-Range", "bytes %d-%d/%d".formatted(first, end - 1, size));
    }
    exchange.sendResponseHeaders(range == null ? 200 : 206, end - first);
    RandomBytes bytes = new RandomBytes(first, end, size);
    byte[] step = new byte[STEP];
    try (OutputStream out = exchange.getResponseBody()) {
      for (int read = bytes.read(step, 0, STEP); read > 0; read = bytes.read(step, 0, STEP)) {
        out.write(step, 0, read);
        sent.addAndGet(read);
        long nanos = (long) (read / bytesPerNano);
        long left =
            free.updateAndGet(last -> Math.max(last, System.nanoTime() - MOST_LATE) + nanos);
        LockSupport.parkNanos(left - System.nanoTime());
      }
    }
  }

  /** The bytes of bodies that it has sent. */
  long sent() {
    return sent.get();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
