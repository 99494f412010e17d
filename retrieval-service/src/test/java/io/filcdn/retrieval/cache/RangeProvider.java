package io.filcdn.retrieval.cache;

import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.origin.Origin;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A provider of pieces that are computed as they are sent. It lies, dies and ignores as told. */
final class RangeProvider implements AutoCloseable {

  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");
  private static final int CHUNK = 64 << 10;

  /** The bytes of a piece. */
  interface Content {
    byte at(long position);
  }

  /** A fault of it: a byte of all pieces is wrong, or the last; -1 for none. */
  record Fault(long wrongAt, long diesAt, boolean knowsRanges) {
    static final Fault NONE = new Fault(-1, -1, true);
  }

  private final HttpServer server;
  private final String number;
  private final Map<String, PieceCid> pieces = new ConcurrentHashMap<>();
  private final Map<PieceCid, Content> contents = new ConcurrentHashMap<>();
  private final List<ByteRange> asked = new CopyOnWriteArrayList<>();
  private volatile Fault fault = Fault.NONE;

  RangeProvider(int number) throws IOException {
    this.number = "fwss/" + number;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/piece/", this::serve);
    server.start();
  }

  void has(PieceCid piece, Content content) {
    pieces.put(piece.toString(), piece);
    contents.put(piece, content);
  }

  void fail(Fault how) {
    fault = how;
  }

  Origin origin() {
    return new Origin(
        ProviderId.of(number),
        DataSetId.of(number),
        "http://127.0.0.1:" + server.getAddress().getPort(),
        Optional.empty());
  }

  /** The ranges that it was asked for so far, of whatever piece. */
  List<ByteRange> asked() {
    return asked;
  }

  private void serve(HttpExchange exchange) throws IOException {
    String name = exchange.getRequestURI().getPath().substring("/piece/".length());
    PieceCid piece = requireNonNull(pieces.get(name));
    Fault now = fault;
    try (exchange) {
      ByteRange range = range(exchange, piece, now);
      asked.add(range);
      boolean partial = range.length() < piece.rawSize();
      if (partial) {
        exchange
            .getResponseHeaders()
            .set(
                "Content-Range",
                "bytes %d-%d/%d".formatted(range.start(), range.end() - 1, piece.rawSize()));
      }
      exchange.sendResponseHeaders(partial ? 206 : 200, range.length());
      send(exchange.getResponseBody(), requireNonNull(contents.get(piece)), range, now);
    }
  }

  private static ByteRange range(HttpExchange exchange, PieceCid piece, Fault now) {
    String header = exchange.getRequestHeaders().getFirst("Range");
    Matcher range = RANGE.matcher(header == null ? "" : header);
    if (!range.matches() || !now.knowsRanges) {
      return new ByteRange(0, piece.rawSize());
    }
    String last = range.group(2);
    return new ByteRange(
        Long.parseLong(range.group(1)),
        last.isEmpty() ? piece.rawSize() : Long.parseLong(last) + 1);
  }

  private static void send(OutputStream out, Content content, ByteRange range, Fault now)
      throws IOException {
    byte[] chunk = new byte[CHUNK];
    boolean dies = now.diesAt >= range.start() && now.diesAt < range.end();
    long end = dies ? now.diesAt : range.end();
    for (long at = range.start(); at < end; ) {
      int length = (int) Math.min(CHUNK, end - at);
      for (int i = 0; i < length; i++) {
        chunk[i] = content.at(at + i);
      }
      if (now.wrongAt >= at && now.wrongAt < at + length) {
        chunk[(int) (now.wrongAt - at)] ^= 1;
      }
      out.write(chunk, 0, length);
      at += length;
    }
    out.flush();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
