package io.filcdn.testing.provider;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.piece.PieceName;
import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.chain.DevnetAccount;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * A storage provider on loopback that serves {@code /piece/{cid}} as Curio does, takes pieces with
 * {@code PUT /piece}, counts what is fetched ({@code GET /stats}), fails on purpose where a test
 * asks for it, and keeps gates before pieces. With a chain it has Curio's {@code /pdp} too, by
 * which clients upload pieces and have data sets made.
 */
public final class DemoProvider implements AutoCloseable {

  /** As many requests for pieces as Curio serves at once; more get 429. */
  static final int MOST_AT_ONCE = 256;

  private final PieceStore store;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore slots = new Semaphore(MOST_AT_ONCE);
  private final Map<PieceCid, Fetches> fetches = new ConcurrentHashMap<>();
  private final Faults faults = new Faults();
  private final Map<PieceCid, Gate> gates = new ConcurrentHashMap<>();
  private final Clock clock = Clock.systemUTC();
  private Optional<Devnet> devnet = Optional.empty();

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
      provider.server.createContext("/piece", provider.bounded(provider::piece));
      provider.server.createContext("/stats", provider::stats);
      provider.server.start();
      return provider;
    } catch (IOException e) {
      throw new UncheckedIOException("the demo provider does not start on port " + port, e);
    }
  }

  /**
   * Serves Curio's {@code /pdp} from now on.
   *
   * @param chain where the data sets are; it is closed with this provider
   * @param account that it is registered by
   */
  public void servePdp(Devnet chain, DevnetAccount account) {
    devnet = Optional.of(chain);
    var cors = new CorsFilter();
    Map.of(
            PieceUploads.PATH,
            new PieceUploads(store),
            DataSetRequests.PATH,
            new DataSetRequests(store, chain.transactionsOf(account), chain.reads()),
            "/pdp/ping",
            (HttpHandler) exchange -> Answer.empty(exchange, 200))
        .forEach(
            (path, handler) -> server.createContext(path, bounded(handler)).getFilters().add(cors));
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

  /** Serves {@code piece} to those alone whom the gate lets in, from now on. */
  public void gate(PieceCid piece, Gate gate) {
    gates.put(piece, gate);
  }

  /** The fetches of {@code piece} so far. */
  public Fetches fetches(PieceCid piece) {
    return fetches.getOrDefault(piece, Fetches.NONE);
  }

  /** The handler, for as many requests at once as Curio takes. */
  private HttpHandler bounded(HttpHandler handler) {
    return exchange -> {
      if (!slots.tryAcquire()) {
        Answer.text(exchange, 429, "busy with %d requests".formatted(MOST_AT_ONCE));
        return;
      }
      try (exchange) {
        handler.handle(exchange);
      } finally {
        slots.release();
      }
    };
  }

  private void piece(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    switch (exchange.getRequestMethod()) {
      case "GET", "HEAD" -> {
        if (path.startsWith("/piece/")) {
          serve(exchange, path.substring("/piece/".length()));
        } else {
          Answer.text(exchange, 404, "expected /piece/{cid}");
        }
      }
      case "PUT" -> put(exchange, path);
      default -> {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD, PUT");
        Answer.text(exchange, 405, "expected GET, HEAD or PUT");
      }
    }
  }

  private void serve(HttpExchange exchange, String text) throws IOException {
    PieceName name;
    try {
      name = PieceName.parse(text);
    } catch (IllegalArgumentException e) {
      Answer.text(exchange, 400, "bad piece CID: " + e.getMessage());
      return;
    }
    Optional<PieceCid> found = store.find(name);
    if (found.isEmpty()) {
      Answer.text(exchange, 404, "no such piece");
      return;
    }
    PieceCid cid = found.get();
    Gate gate = gates.get(cid);
    if (gate != null) {
      Optional<Integer> refusal =
          gate.refusal(
              cid, exchange.getRequestHeaders().getFirst("Authorization"), clock.instant());
      if (refusal.isPresent()) {
        Answer.text(exchange, refusal.get(), "expected a token of CurioRetrieval");
        return;
      }
    }
    switch (faults.of(cid).orElse(null)) {
      case Fault.Answers(int status) -> Answer.text(exchange, status, "as asked");
      case Fault.Redirects(URI to) -> Answer.redirect(exchange, to);
      case null, default ->
          new PieceResponse(exchange, cid, store.file(cid), gate != null, faults, this::count)
              .send();
    }
  }

  private void put(HttpExchange exchange, String path) throws IOException {
    if (!path.equals("/piece")) {
      Answer.text(exchange, 404, "expected PUT /piece");
      return;
    }
    PieceCid cid;
    try {
      cid = store.put(exchange.getRequestBody());
    } catch (IOException | IllegalArgumentException e) {
      Answer.text(exchange, 500, "the piece cannot be kept: " + e);
      return;
    }
    Answer.json(exchange, 200, Map.of("cid", cid.toString(), "size", Long.toString(cid.rawSize())));
  }

  private void count(PieceCid piece, long moreFetches, long moreBytes) {
    fetches.merge(
        piece, Fetches.NONE.plus(moreFetches, moreBytes), (a, b) -> a.plus(b.fetches(), b.bytes()));
  }

  private void stats(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer.json(exchange, 200, fetches);
    }
  }

  @Override
  public void close() {
    faults.clearAll();
    server.stop(0);
    threads.close();
    devnet.ifPresent(Devnet::close);
  }
}
