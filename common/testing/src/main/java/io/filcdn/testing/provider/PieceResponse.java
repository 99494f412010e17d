package io.filcdn.testing.provider;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One answer with a piece, or a range of it, as Go's file server gives it, which Curio uses. */
final class PieceResponse {

  private static final int CHUNK = 1 << 16;
  private static final long STALL_MILLIS = 60_000;

  private final HttpExchange exchange;
  private final PieceCid cid;
  private final Path file;
  private final boolean gated;
  private final Faults faults;
  private final Counter counter;

  /** A counter of what is fetched, as it happens. */
  @FunctionalInterface
  interface Counter {
    void add(PieceCid piece, long fetches, long bytes);
  }

  /**
   * @param gated whether it is for who asks alone
   */
  PieceResponse(
      HttpExchange exchange,
      PieceCid cid,
      Path file,
      boolean gated,
      Faults faults,
      Counter counter) {
    this.exchange = exchange;
    this.cid = cid;
    this.file = file;
    this.gated = gated;
    this.faults = faults;
    this.counter = counter;
  }

  void send() throws IOException {
    Headers asked = exchange.getRequestHeaders();
    Headers headers = exchange.getResponseHeaders();
    String etag = "\"" + cid + "\"";
    headers.set("ETag", etag);
    headers.set("Accept-Ranges", "bytes");
    if (matches(asked.getFirst("If-None-Match"), etag)) {
      exchange.sendResponseHeaders(304, -1);
      return;
    }
    headers.set("Content-Type", ContentType.of(file));
    headers.set(
        "Cache-Control", gated ? "private, no-store" : "public, max-age=29030400, immutable");
    String ifRange = asked.getFirst("If-Range");
    String range = ifRange == null || ifRange.equals(etag) ? asked.getFirst("Range") : null;
    switch (ByteRange.of(range, cid.rawSize())) {
      case ByteRange.Whole() -> body(200, 0, cid.rawSize());
      case ByteRange.Part part -> {
        headers.set(
            "Content-Range", "bytes %d-%d/%d".formatted(part.first(), part.last(), cid.rawSize()));
        body(206, part.first(), part.length());
      }
      case ByteRange.Unsatisfiable() -> {
        headers.remove("Content-Type");
        headers.remove("Cache-Control");
        headers.set("Content-Range", "bytes */" + cid.rawSize());
        exchange.sendResponseHeaders(416, -1);
      }
    }
  }

  private static boolean matches(@Nullable String header, String etag) {
    return header != null
        && Arrays.stream(header.split(","))
            .map(String::strip)
            .anyMatch(one -> one.equals("*") || one.equals(etag) || one.equals("W/" + etag));
  }

  private void body(int status, long from, long length) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Long.toString(length));
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    // to this server a length of 0 means "unknown", and -1 "no body"
    exchange.sendResponseHeaders(status, length == 0 ? -1 : length);
    counter.add(cid, 1, 0);
    if (length > 0) {
      stream(from, length);
    }
  }

  private void stream(long from, long length) throws IOException {
    Optional<Fault> fault = faults.of(cid);
    byte[] chunk = new byte[CHUNK];
    long at = from;
    long end = from + length;
    try (FileChannel in = FileChannel.open(file)) {
      OutputStream out = exchange.getResponseBody();
      if (fault.isPresent()) {
        // the headers come before what goes wrong; else they travel with the first bytes
        out.flush();
      }
      while (at < end) {
        long stop = nextStop(fault, at, Math.min(end, at + CHUNK));
        ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, (int) (stop - at));
        while (bytes.hasRemaining() && in.read(bytes, at + bytes.position()) >= 0) {}
        spoil(fault, chunk, at, stop);
        out.write(chunk, 0, bytes.position());
        out.flush();
        counter.add(cid, 0, bytes.position());
        at = stop;
      }
      out.close();
    }
  }

  /** Up to where the next bytes go, before which the fault takes effect where it stands here. */
  private long nextStop(Optional<Fault> fault, long at, long stop) throws IOException {
    return switch (fault.orElse(null)) {
      case Fault.DiesAt(long offset) when offset <= at ->
          throw new IOException("died at byte %d, as asked".formatted(at));
      case Fault.DiesAt(long offset) -> Math.min(stop, offset);
      case Fault.StallsAt stall when stall.offset() <= at -> {
        while (!faults.waitOut(cid, stall, STALL_MILLIS)) {}
        yield stop;
      }
      case Fault.StallsAt(long offset) -> Math.min(stop, offset);
      case Fault.Trickles trickle ->
          faults.waitOut(cid, trickle, trickle.drop(CHUNK) * 1_000L / trickle.bytesPerSecond())
              ? stop
              : Math.min(stop, at + trickle.drop(CHUNK));
      case null -> stop;
      case Fault.WrongByte _ -> stop;
      case Fault.Answers _ -> stop;
      case Fault.Redirects _ -> stop;
    };
  }

  private static void spoil(Optional<Fault> fault, byte[] chunk, long at, long stop) {
    if (fault.orElse(null) instanceof Fault.WrongByte(long offset)
        && offset >= at
        && offset < stop) {
      chunk[(int) (offset - at)] ^= 1;
    }
  }
}
