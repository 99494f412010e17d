package io.filcdn.testing.provider;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.piece.PieceName;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * A storage provider on loopback that serves {@code /piece/{cid}} as Curio does, takes pieces with
 * {@code PUT /piece}, counts what is fetched ({@code GET /stats}), and fails on purpose where a
 * test asks for it.
 */
public final class DemoProvider implements AutoCloseable {

  /** As many requests for pieces as Curio serves at once; more get 429. */
  static final int MOST_AT_ONCE = 256;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final PieceStore store;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore slots = new Semaphore(MOST_AT_ONCE);
  private final Map<PieceCid, Fetches> fetches = new ConcurrentHashMap<>();
  private final Faults faults = new Faults();

  private DemoProvider(PieceStore store, HttpServer server) {
    this.store = store;
    this.server = server;
  }

  /**
   * Serves the pieces in {@code folder}, which is made where it is missing.
   *
   * @param port where to listen on loopback; 0 for any
   */
  public static DemoProvider start(Path folder, int port) {
    try {
      PieceStore store = PieceStore.in(folder);
      var address =
          new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
      DemoProvider provider = new DemoProvider(store, HttpServer.create(address, 0));
      provider.server.setExecutor(provider.threads);
      provider.server.createContext("/piece", provider::piece);
      provider.server.createContext("/stats", provider::stats);
      provider.server.start();
      return provider;
    } catch (IOException e) {
      throw new UncheckedIOException("the demo provider does not start on port " + port, e);
    }
  }

  /** The URL where it listens, as a registry's {@code serviceURL} has it. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Keeps what {@code bytes} holds and tells its name. */
  public PieceCid store(InputStream bytes) throws IOException {
    return store.put(bytes);
  }

  /** Lets fetches of {@code piece} fail like this from now on. */
  public void fail(PieceCid piece, Fault fault) {
    faults.set(piece, fault);
  }

  /** Lets fetches of {@code piece} succeed again; stalled ones go on. */
  public void mend(PieceCid piece) {
    faults.clear(piece);
  }

  /** The fetches of {@code piece} so far. */
  public Fetches fetches(PieceCid piece) {
    return fetches.getOrDefault(piece, Fetches.NONE);
  }

  private void piece(HttpExchange exchange) throws IOException {
    if (!slots.tryAcquire()) {
      text(exchange, 429, "busy with %d requests".formatted(MOST_AT_ONCE));
      return;
    }
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      switch (exchange.getRequestMethod()) {
        case "GET", "HEAD" -> {
          if (path.startsWith("/piece/")) {
            serve(exchange, path.substring("/piece/".length()));
          } else {
            text(exchange, 404, "expected /piece/{cid}");
          }
        }
        case "PUT" -> put(exchange, path);
        default -> {
          exchange.getResponseHeaders().set("Allow", "GET, HEAD, PUT");
          text(exchange, 405, "expected GET, HEAD or PUT");
        }
      }
    } finally {
      slots.release();
    }
  }

  private void serve(HttpExchange exchange, String text) throws IOException {
    PieceName name;
    try {
      name = PieceName.parse(text);
    } catch (IllegalArgumentException e) {
      text(exchange, 400, "bad piece CID: " + e.getMessage());
      return;
    }
    Optional<PieceCid> found = store.find(name);
    if (found.isEmpty()) {
      text(exchange, 404, "no such piece");
      return;
    }
    PieceCid cid = found.get();
    if (faults.of(cid).orElse(null) instanceof Fault.Answers(int status)) {
      text(exchange, status, "as asked");
      return;
    }
    new PieceResponse(exchange, cid, store.file(cid), faults, this::count).send();
  }

  private void put(HttpExchange exchange, String path) throws IOException {
    if (!path.equals("/piece")) {
      text(exchange, 404, "expected PUT /piece");
      return;
    }
    PieceCid cid;
    try {
      cid = store.put(exchange.getRequestBody());
    } catch (IOException | IllegalArgumentException e) {
      text(exchange, 500, "the piece cannot be kept: " + e);
      return;
    }
    json(exchange, Map.of("cid", cid.toString(), "size", Long.toString(cid.rawSize())));
  }

  private void count(PieceCid piece, long moreFetches, long moreBytes) {
    fetches.merge(
        piece, Fetches.NONE.plus(moreFetches, moreBytes), (a, b) -> a.plus(b.fetches(), b.bytes()));
  }

  private void stats(HttpExchange exchange) throws IOException {
    try (exchange) {
      json(exchange, fetches);
    }
  }

  private static void json(HttpExchange exchange, Object value) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    send(exchange, 200, JSON.writeValueAsBytes(value));
  }

  private static void text(HttpExchange exchange, int status, String sentence) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    send(exchange, status, (sentence + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  @Override
  public void close() {
    faults.clearAll();
    server.stop(0);
    threads.close();
  }
}
