package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Hostile requests, ten thousand or a hundred thousand, of each of which the edge makes something.
 */
class FuzzIT extends EdgeTest {

  private static final int CLIENTS = 8;

  private final Map<Integer, LongAdder> statuses = new ConcurrentHashMap<>();
  private final LongAdder closed = new LongAdder();
  private Payer payer;
  private TestPiece piece;

  @Override
  Map<String, String> settings() {
    return Map.of(
        "filcdn.retrieval.http.head-timeout", "1s",
        "filcdn.retrieval.limits.fills-per-client", "100000000");
  }

  @BeforeAll
  void place() throws Exception {
    payer = newPayer();
    piece = placed(payer, 2_000);
  }

  @Test
  void noneOfTenThousandHostileRequestsFailsHangsOrLeaks() throws Exception {
    attack(10_000);
  }

  @Tag("slow")
  @Test
  void noneOfAHundredThousandHostileRequestsFailsHangsOrLeaks() throws Exception {
    attack(100_000);
  }

  private void attack(int requests) throws Exception {
    statuses.clear();
    closed.reset();
    get(payer, piece);
    long heap = usedHeap();

    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        Random random = new Random(i);
        clients.add(executor.submit(() -> attack(random, requests / CLIENTS)));
      }
      for (Future<?> client : clients) {
        client.get();
      }
    }

    assertThat(statuses.keySet()).allMatch(status -> status < 500);
    assertThat(statuses.keySet()).contains(200, 204, 206, 304, 400, 401, 404, 405, 412, 414, 416);
    long all = closed.sum() + statuses.values().stream().mapToLong(LongAdder::sum).sum();
    assertThat(all).isGreaterThanOrEqualTo(requests);
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().requests() == 0);
    assertThat(get(payer, piece).body()).isEqualTo(piece.bytes());
    assertThat(usedHeap() - heap).isLessThan(100L << 20);
  }

  private static long usedHeap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private void attack(Random random, int requests) {
    int done = 0;
    while (done < requests) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.client().port())) {
        // what hangs, fails here
        socket.setSoTimeout(30_000);
        socket.setTcpNoDelay(true);
        InputStream in = new BufferedInputStream(socket.getInputStream());
        boolean open = true;
        while (open && done < requests) {
          String request = request(random);
          done++;
          socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
          open = readAnswer(in, request.startsWith("HEAD "));
        }
      } catch (SocketException reset) {
        closed.increment();
      } catch (IOException e) {
        throw new IllegalStateException("the edge hangs, or answers with what is no HTTP", e);
      }
    }
  }

  /**
   * Reads one answer.
   *
   * @return whether the connection can be used again
   */
  private boolean readAnswer(InputStream in, boolean head) throws IOException {
    String status = line(in);
    if (status.isEmpty()) {
      closed.increment();
      return false;
    }
    int code = Integer.parseInt(status.split(" ")[1]);
    statuses.computeIfAbsent(code, c -> new LongAdder()).increment();
    long length = 0;
    boolean close = false;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      String header = line.toLowerCase(Locale.ROOT);
      if (header.startsWith("content-length:")) {
        length = Long.parseLong(header.substring(15).strip());
      }
      close |= header.equals("connection: close");
    }
    if (!head && code != 304 && code != 204) {
      in.skipNBytes(length);
    }
    return !close;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private String request(Random random) {
    StringBuilder request = new StringBuilder();
    request
        .append(pick(random, "GET", "GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "get", "X-Y"))
        .append(' ')
        .append(target(random))
        .append(' ')
        .append(
            random.nextInt(200) == 0
                ? pick(random, "HTTP/1.0", "HTTP/9.9", "HTTP", "")
                : "HTTP/1.1")
        .append("\r\n");
    if (random.nextInt(50) != 0) {
      request.append("Host: ").append(host(random)).append("\r\n");
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      request.append(header(random)).append("\r\n");
    }
    return request.append("\r\n").toString();
  }

  private String host(Random random) {
    String good = payer.address() + ".localhost";
    return switch (random.nextInt(8)) {
      case 0 -> mutated(random, good);
      case 1 -> pick(random, "localhost", "", ".", "[::1]", "[", "a:b:c", "x:99999", good + ":-1");
      case 2 -> good.toUpperCase(Locale.ROOT) + ":80";
      default -> good;
    };
  }

  private String target(Random random) {
    String v2 = piece.cid().toString();
    String v1 = piece.cid().commP().toString();
    return switch (random.nextInt(12)) {
      case 0 -> "/" + mutated(random, v2);
      case 1 -> "/" + mutated(random, v1);
      case 2 -> "/" + noise(random, 1 + random.nextInt(60)).replaceAll("[ \\r\\n]", "_");
      case 3 ->
          pick(
              random,
              "/",
              "*",
              "//",
              "/..",
              "/../../etc/passwd",
              "/%2e%2e/q/metrics",
              "/q/health",
              "/api/v1/admin/pieces/" + v2,
              "/%00",
              "/%",
              "/%zz",
              "http://localhost/" + v2,
              "http://169.254.169.254/latest",
              "localhost:80",
              "/piece/",
              "/" + payer.address() + "/" + v2,
              "/?filename=%zz");
      case 4 -> "/" + v2 + "?filename=" + mutated(random, "a%20b%0d%0aX:1");
      case 5 -> random.nextInt(20) == 0 ? "/" + "a".repeat(9_000) : "/" + v2 + "x".repeat(200);
      case 6 -> "/piece/" + v1;
      case 7 -> "/" + TestPiece.of(new byte[random.nextInt(50)]).cid();
      default -> "/" + v2;
    };
  }

  private String header(Random random) {
    String etag = "\"" + piece.cid() + "\"";
    return switch (random.nextInt(10)) {
      case 0 ->
          "Range: bytes=" + random.nextInt(3_000) + "-" + (random.nextBoolean() ? "" : "2500");
      case 1 -> "Range: " + mutated(random, "bytes=0-0,5-");
      case 2 -> "Range: bytes=-" + random.nextLong();
      case 3 -> "If-None-Match: " + (random.nextBoolean() ? etag : mutated(random, etag));
      case 4 -> pick(random, "If-Range: ", "If-Match: ") + mutated(random, etag);
      case 5 -> "Authorization: " + mutated(random, "Bearer token");
      case 6 -> "Accept: " + mutated(random, "application/problem+json, */*;q=0.1");
      case 7 -> "X-Forwarded-For: " + mutated(random, "203.0.113.7, ::1");
      case 8 -> mutated(random, "X-Some: thing");
      default -> "X-Long: " + "b".repeat(random.nextInt(200));
    };
  }

  /** The text with a few letters changed, put in or left out; it stays one line. */
  private static String mutated(Random random, String text) {
    StringBuilder changed = new StringBuilder(text);
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = random.nextInt(changed.length() + 1);
      switch (random.nextInt(3)) {
        case 0 -> changed.insert(at, noise(random, 1));
        case 1 -> changed.delete(Math.max(0, at - 1), at);
        default -> changed.replace(Math.max(0, at - 1), at, noise(random, 1));
      }
    }
    return changed.toString();
  }

  /** Bytes of any kind, but for the end of a line. */
  private static String noise(Random random, int length) {
    StringBuilder noise = new StringBuilder();
    while (noise.length() < length) {
      int c = random.nextInt(4) == 0 ? random.nextInt(256) : 33 + random.nextInt(94);
      if (c != '\r' && c != '\n') {
        noise.append((char) c);
      }
    }
    return noise.toString();
  }

  private static String pick(Random random, String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
