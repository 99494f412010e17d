package io.filcdn.bench.retrieval;

import io.filcdn.bench.run.BenchFailure;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A plain HTTP/1.1 client on a socket of its own, which times what it gets. */
final class Fetcher {

  private Fetcher() {}

  /**
   * One response.
   *
   * @param firstByteNanos from the request to the first byte of the body
   * @param nanos from the request to the last
   */
  record Response(int status, long bytes, long firstByteNanos, long nanos) {}

  /** Fetches what is at a path and throws it away. */
  static Response get(Contender contender, String path) {
    return get(contender, path, "");
  }

  /** The same with header lines, each with its line end. */
  static Response get(Contender contender, String path, String headers) {
    try (Socket socket = open(contender)) {
      long start = System.nanoTime();
      InputStream in = socket.getInputStream();
      socket.getOutputStream().write(request("GET", contender, path, headers));
      String head = head(in);
      byte[] buffer = new byte[64 << 10];
      long bytes = 0;
      long firstByteAt = 0;
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        firstByteAt = firstByteAt == 0 ? System.nanoTime() : firstByteAt;
        bytes += read;
      }
      return new Response(
          Integer.parseInt(head.substring(9, 12)),
          bytes,
          firstByteAt - start,
          System.nanoTime() - start);
    } catch (IOException e) {
      throw new BenchFailure(
          "%s does not deliver %s: %s".formatted(contender.name(), path, e.getMessage()), e);
    }
  }

  /** The status of a HEAD request. */
  static int status(Contender contender, PieceCid piece) {
    try (Socket socket = open(contender)) {
      socket.getOutputStream().write(request("HEAD", contender, "/" + piece, ""));
      return Integer.parseInt(head(socket.getInputStream()).substring(9, 12));
    } catch (IOException e) {
      throw new BenchFailure(contender.name() + " does not answer: " + e.getMessage(), e);
    }
  }

  static Socket open(Contender contender) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), contender.port());
    socket.setTcpNoDelay(true);
    return socket;
  }

  static byte[] request(String method, Contender contender, String path, String headers) {
    return "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n"
        .formatted(method, path, contender.host(), headers)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Reads up to the empty line that ends the head. */
  static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("expected a response, found the end after \"%s\"".formatted(head));
      }
      head.append((char) next);
    }
    return head.toString();
  }
}
