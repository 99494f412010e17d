package io.filcdn.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** Another service as metrics meets it: answers that a test gives it, by path. */
public final class FakeNeighbour implements AutoCloseable {

  /**
   * An answer.
   *
   * @param headers besides the type
   */
  public record Answer(int status, String type, String body, Map<String, String> headers) {

    public Answer(int status, String type, String body) {
      this(status, type, body, Map.of());
    }

    public static Answer json(String body) {
      return new Answer(200, "application/json", body);
    }
  }

  private static final Answer STALLED = Answer.json("never");

  /** A request that came. */
  public record Request(String method, String target, String authorization) {}

  private final HttpServer server;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final List<Request> requests = new CopyOnWriteArrayList<>();

  public FakeNeighbour() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  public void answers(String path, Answer answer) {
    answers.put(path, answer);
  }

  /** Sends the head of an answer and never its body, until {@link #answers} gives it one. */
  public void stalls(String path) {
    answers.put(path, STALLED);
  }

  /** All that came, in order. */
  public List<Request> requests() {
    return requests;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String authorization = exchange.getRequestHeaders().getFirst("Authorization");
      requests.add(
          new Request(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              authorization == null ? "" : authorization));
      Answer answer =
          answers.getOrDefault(
              exchange.getRequestURI().getPath(), new Answer(404, "text/plain", "no"));
      byte[] body = answer.body().getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/");
      answer.headers().forEach(exchange.getResponseHeaders()::set);
      exchange.sendResponseHeaders(answer.status(), body.length);
      if (answer.equals(STALLED)) {
        exchange.getResponseBody().flush();
        ended.await();
      } else {
        exchange.getResponseBody().write(body);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    ended.countDown();
    server.stop(0);
  }
}
