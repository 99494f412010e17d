package io.filcdn.retrieval;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A provider that serves pieces as Curio does, or misbehaves as told. */
final class TestProvider implements AutoCloseable {

  /** What it does to a piece's bytes, each way at most once set. */
  sealed interface Fault {

    /** Flips a bit of byte {@code at}. */
    record WrongByte(int at) implements Fault {}

    /** Ends the connection after {@code bytes} of the body. */
    record DiesAfter(int bytes) implements Fault {}

    /** Answers with a status and no piece. */
    record Answers(int status, String... headers) implements Fault {}

    /** Waits for the latch, then answers with a status; 200 comes with the piece. */
    record WaitsBefore(CountDownLatch until, int status) implements Fault {
      WaitsBefore(CountDownLatch until) {
        this(until, 200);
      }
    }

    /** Sends the client elsewhere. */
    record RedirectsTo(String location) implements Fault {}

    /** Promises no length and sends a byte too many. */
    record SendsOneMore() implements Fault {}

    /** Promises another length than the piece has. */
    record PromisesLength(int length) implements Fault {}

    /** Does not know the method HEAD. */
    record KnowsNoHead() implements Fault {}

    /** Answers with all of the piece, whatever part is asked for. */
    record KnowsNoRanges() implements Fault {}

    /** Sends {@code bytes} of the body each half second. */
    record Trickles(int bytes) implements Fault {}

    /** Sends {@code bytes} of the body, then waits for the latch. */
    record WaitsAfter(int bytes, CountDownLatch until) implements Fault {}
  }

  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

  private final HttpServer server;
  private final Map<String, TestPiece> pieces = new ConcurrentHashMap<>();
  private final Map<String, Fault> faults = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> heads = new ConcurrentHashMap<>();
  private final Queue<String> heard = new ConcurrentLinkedQueue<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicLong bytesSent = new AtomicLong();

  TestProvider() throws IOException {
    this(InetAddress.getLoopbackAddress());
  }

  /**
   * @param address to listen on: by it an edge tells machines apart
   */
  TestProvider(InetAddress address) throws IOException {
    server = HttpServer.create(new InetSocketAddress(address, 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/piece/", this::serve);
    server.start();
  }

  String url() {
    InetSocketAddress address = server.getAddress();
    return "http://%s:%d".formatted(address.getAddress().getHostAddress(), address.getPort());
  }

  TestProvider with(TestPiece piece) {
    pieces.put(piece.cid().toString(), piece);
    return this;
  }

  TestProvider with(TestPiece piece, Fault fault) {
    faults.put(piece.cid().toString(), fault);
    return with(piece);
  }

  /** Offers bytes as a piece's tree, as far as {@code fault} lets it. */
  TestProvider offerTree(TestPiece piece, byte[] tree, Optional<Fault> fault) {
    String name = piece.cid() + "/tree";
    pieces.put(name, new TestPiece(tree, piece.cid()));
    fault.ifPresent(how -> faults.put(name, how));
    return this;
  }

  /** The number of times that it was asked for a piece's tree. */
  int treeRequestsFor(TestPiece piece) {
    return asked.computeIfAbsent(piece.cid() + "/tree", cid -> new AtomicInteger()).get();
  }

  void heal(PieceCid piece) {
    faults.remove(piece.toString());
  }

  /** Fails a piece that it has from now on. */
  void fail(TestPiece piece, Fault fault) {
    faults.put(piece.cid().toString(), fault);
  }

  int requests() {
    return requests.get();
  }

  /** The number of times that it was asked whether it has a piece. */
  int headsFor(TestPiece piece) {
    return heads.computeIfAbsent(piece.cid().toString(), cid -> new AtomicInteger()).get();
  }

  /** How often it was asked for a piece. */
  int requestsFor(TestPiece piece) {
    return asked.computeIfAbsent(piece.cid().toString(), cid -> new AtomicInteger()).get();
  }

  /** All that it was asked by edges: URIs and headers, one after the other. */
  String asked() {
    return String.join("\n", heard);
  }

  /** Where it answers that there is a piece. */
  String urlOf(TestPiece piece) {
    return url() + "/piece/" + piece.cid();
  }

  long bytesSent() {
    return bytesSent.get();
  }

  /** Says whether there is a piece, by the same faults as for the piece itself. */
  private void serveHead(HttpExchange exchange, String cid) throws IOException {
    heads.computeIfAbsent(cid, c -> new AtomicInteger()).incrementAndGet();
    TestPiece piece = pieces.get(cid);
    try (exchange) {
      int status =
          switch (faults.get(cid)) {
            case Fault.Answers(int answer, String[] headers) -> answer;
            case Fault.KnowsNoHead noHead -> 405;
            case Fault.WaitsBefore(CountDownLatch until, int answer) -> {
              await(until);
              yield answer;
            }
            case null, default -> piece == null ? 404 : 200;
          };
      if (piece != null && status == 200) {
        exchange.getResponseHeaders().set("Content-Length", "" + piece.bytes().length);
      }
      exchange.sendResponseHeaders(status, -1);
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    heard.add(exchange.getRequestURI() + " " + exchange.getRequestHeaders().entrySet());
    String cid = exchange.getRequestURI().getPath().substring("/piece/".length());
    if (exchange.getRequestMethod().equals("HEAD")) {
      serveHead(exchange, cid);
      return;
    }
    requests.incrementAndGet();
    asked.computeIfAbsent(cid, c -> new AtomicInteger()).incrementAndGet();
    TestPiece piece = pieces.get(cid);
    // nothing of this may reach a client
    exchange.getResponseHeaders().set("Set-Cookie", "a=b");
    exchange.getResponseHeaders().set("Content-Type", "text/html");
    exchange.getResponseHeaders().set("Cache-Control", "private");
    exchange.getResponseHeaders().set("X-Provider", "1");
    Optional<Fault> fault = Optional.ofNullable(faults.get(cid));
    if (fault.orElse(null) instanceof Fault.WaitsBefore(CountDownLatch until, int status)) {
      await(until);
      fault = status == 200 ? Optional.empty() : Optional.of(new Fault.Answers(status));
    }
    try (exchange) {
      if (piece == null) {
        exchange.sendResponseHeaders(404, -1);
      } else if (fault.orElse(null) instanceof Fault.Answers(int status, String[] headers)) {
        for (int i = 0; i < headers.length; i += 2) {
          exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
        }
        exchange.sendResponseHeaders(status, -1);
      } else if (fault.orElse(null) instanceof Fault.RedirectsTo(String location)) {
        exchange.getResponseHeaders().set("Location", location);
        exchange.sendResponseHeaders(302, -1);
      } else if (fault.orElse(null) instanceof Fault.SendsOneMore) {
        exchange.sendResponseHeaders(200, 0);
        write(exchange.getResponseBody(), piece.bytes(), 0, piece.bytes().length);
        write(exchange.getResponseBody(), new byte[1], 0, 1);
      } else if (fault.orElse(null) instanceof Fault.PromisesLength(int length)) {
        exchange.sendResponseHeaders(200, length);
      } else {
        send(exchange, piece.bytes(), fault);
      }
    }
  }

  private void send(HttpExchange exchange, byte[] whole, Optional<Fault> fault) throws IOException {
    Matcher range =
        RANGE.matcher(
            Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Range"), ""));
    boolean partial = range.matches() && !(fault.orElse(null) instanceof Fault.KnowsNoRanges);
    int start = partial ? Integer.parseInt(range.group(1)) : 0;
    int end =
        partial && !range.group(2).isEmpty() ? Integer.parseInt(range.group(2)) + 1 : whole.length;
    byte[] body = whole.clone();
    if (partial) {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes %d-%d/%d".formatted(start, end - 1, body.length));
    }
    exchange.sendResponseHeaders(partial ? 206 : 200, end - start);
    OutputStream out = exchange.getResponseBody();
    switch (fault.orElse(null)) {
      case Fault.WrongByte(int at) -> {
        body[at] ^= 1;
        write(out, body, start, end);
      }
      case Fault.DiesAfter(int bytes) -> write(out, body, start, Math.clamp(bytes, start, end));
      case Fault.WaitsAfter(int bytes, CountDownLatch until) -> {
        int middle = Math.clamp(bytes, start, end);
        write(out, body, start, middle);
        await(until);
        write(out, body, middle, end);
      }
      case Fault.Trickles(int bytes) -> {
        for (int at = start; at < end; at += bytes) {
          write(out, body, at, Math.min(end, at + bytes));
          LockSupport.parkNanos(500_000_000);
        }
      }
      case null, default -> write(out, body, start, end);
    }
  }

  private void write(OutputStream out, byte[] body, int from, int to) throws IOException {
    out.write(body, from, to - from);
    out.flush();
    bytesSent.addAndGet(to - from);
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
