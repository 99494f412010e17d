package io.filcdn.retrieval;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.filcdn.common.chain.Address;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An HTTP/1.1 client over bare sockets, so that what arrives, and when, is seen as it is. */
record EdgeClient(int port) {

  /**
   * An answer.
   *
   * @param whole whether as many bytes came as Content-Length promised
   */
  record Answer(int status, Map<String, String> headers, byte[] body, boolean whole) {
    String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /** A connection that a request was sent on. */
  static final class Exchange implements AutoCloseable {

    private final Socket socket;
    private final InputStream in;
    private final boolean bodyless;
    private Optional<Answer> head = Optional.empty();

    Exchange(Socket socket, boolean bodyless) throws IOException {
      this.socket = socket;
      this.in = socket.getInputStream();
      this.bodyless = bodyless;
    }

    /** Sends more. */
    void write(byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
    }

    /** Says that nothing more is sent. */
    void endInput() throws IOException {
      socket.shutdownOutput();
    }

    /** Waits for the head. */
    Answer head() throws IOException {
      if (head.isEmpty()) {
        String status = line();
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
          int colon = line.indexOf(':');
          headers.put(
              line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
        }
        head =
            Optional.of(
                new Answer(Integer.parseInt(status.split(" ")[1]), headers, new byte[0], false));
      }
      return head.get();
    }

    /** The head that was read was an interim one: another comes. */
    void forgetHead() {
      head = Optional.empty();
    }

    /** Reads at least {@code bytes} of the body, if so many come. */
    byte[] read(int bytes) throws IOException {
      head();
      return in.readNBytes(bytes);
    }

    /** Reads the body until nothing comes for so long; how many bytes that is. */
    long readUntilQuiet(Duration quiet) throws IOException {
      socket.setSoTimeout(Math.toIntExact(quiet.toMillis()));
      long bytes = 0;
      byte[] buffer = new byte[64 << 10];
      try {
        head();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          bytes += read;
        }
      } catch (SocketTimeoutException nothingCame) {
        return bytes;
      }
      return bytes;
    }

    /** Whether nothing has come that was not read yet. */
    boolean nothingCame() throws IOException {
      return in.available() == 0;
    }

    /** Reads to the end of the body, or of the connection, which has status 0 without a head. */
    Answer rest() throws IOException {
      Answer answer;
      try {
        answer = head();
      } catch (EOFException cut) {
        return new Answer(0, Map.of(), new byte[0], false);
      }
      int length =
          bodyless || answer.status() == 304 || answer.status() == 204
              ? 0
              : Integer.parseInt(answer.header("content-length"));
      byte[] body;
      try {
        body = in.readNBytes(length);
      } catch (SocketException reset) {
        body = new byte[0];
      }
      return new Answer(answer.status(), answer.headers(), body, body.length == length);
    }

    private String line() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int c = in.read(); c != '\n'; c = in.read()) {
        if (c < 0) {
          throw new EOFException("the connection ended in the head");
        }
        if (c != '\r') {
          line.write(c);
        }
      }
      return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** Leaves for good: an edge cannot tell a FIN alone from a client that still reads. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  Answer get(Address payer, String path, String... headers) throws IOException {
    return send("GET", payer + ".localhost", path, headers);
  }

  /** A connection on which one request after the other can be sent. */
  Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    return socket;
  }

  /** Sends a request for a piece on a connection that stays. */
  static Answer getOn(Socket socket, Address payer, String path, String... headers)
      throws IOException {
    StringBuilder head = new StringBuilder("GET " + path + " HTTP/1.1\r\n");
    head.append("Host: ").append(payer).append(".localhost\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    socket.getOutputStream().write(head.append("\r\n").toString().getBytes(US_ASCII));
    return new Exchange(socket, false).rest();
  }

  Answer send(String method, String host, String path, String... headers) throws IOException {
    try (Exchange exchange = begin(method, host, path, headers)) {
      return exchange.rest();
    }
  }

  /** Puts a body of a known length. */
  Answer put(String host, String path, byte[] body, String... headers) throws IOException {
    String[] all = Arrays.copyOf(headers, headers.length + 1);
    all[headers.length] = "Content-Length: " + body.length;
    try (Exchange exchange = begin("PUT", host, path, all)) {
      exchange.write(body);
      return exchange.rest();
    }
  }

  Exchange begin(String method, String host, String path, String... headers) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(60_000);
    StringBuilder request =
        new StringBuilder("%s %s HTTP/1.1\r\nHost: %s:%d\r\n".formatted(method, path, host, port));
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    socket
        .getOutputStream()
        .write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    return new Exchange(socket, method.equals("HEAD"));
  }
}
