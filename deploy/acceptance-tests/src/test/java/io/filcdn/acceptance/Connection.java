package io.filcdn.acceptance;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 request from an address of this machine, and what its client takes of the answer.
 */
final class Connection implements Exchange {

  /** The bytes that its socket may hold unread; the kernel doubles them. */
  static final int RECEIVE_BUFFER = 64 * 1024;

  private static final int TIMEOUT_MILLIS = 60_000;
  private static final int HANDSHAKE_MILLIS = 4_000;

  private final Socket socket;
  private final InputStream in;
  private final boolean hasBody;
  private final MessageDigest sha256 = sha256();
  private @Nullable Head head;
  private long taken;

  private record Head(int status, Map<String, String> headers, long length) {}

  /**
   * @param secured the same socket, or the one with TLS upon it
   */
  private Connection(Socket socket, Socket secured, boolean hasBody) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(secured.getInputStream());
    this.hasBody = hasBody;
  }

  /** The loopback address {@code 127.0.n.1}: to an edge a client in a network of its own. */
  static InetAddress client(int n) {
    try {
      return InetAddress.getByAddress(new byte[] {127, 0, (byte) n, 1});
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /**
   * Asks for what is at {@code url}.
   *
   * @param headers lines that end with CR LF
   */
  static Connection open(InetAddress from, String method, URI url, String headers) {
    return open(from, method, url, headers, socket -> socket);
  }

  /** Likewise by TLS. */
  static Connection open(
      InetAddress from, String method, URI url, String headers, SSLSocketFactory tls) {
    return open(
        from,
        method,
        url,
        headers,
        socket -> {
          socket.setSoTimeout(HANDSHAKE_MILLIS);
          return tls.createSocket(socket, url.getHost(), url.getPort(), false);
        });
  }

  private static Connection open(
      InetAddress from, String method, URI url, String headers, Security security) {
    Socket socket = new Socket();
    try {
      socket.setReceiveBufferSize(RECEIVE_BUFFER);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.bind(new InetSocketAddress(from, 0));
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), url.getPort()));
      String request =
          "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n"
              .formatted(method, target(url), url.getAuthority(), headers);
      Socket secured = security.of(socket);
      secured.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new Connection(socket, secured, !method.equals("HEAD"));
    } catch (IOException e) {
      closed(socket);
      throw new UncheckedIOException("%s %s".formatted(method, url), e);
    }
  }

  /** The socket that is read and written: one itself, or with TLS upon it. */
  private interface Security {
    Socket of(Socket socket) throws IOException;
  }

  private static String target(URI url) {
    return url.getRawQuery() == null
        ? url.getRawPath()
        : url.getRawPath() + "?" + url.getRawQuery();
  }

  /** The head of the answer, for which it waits. */
  private Head head() throws IOException {
    if (head == null) {
      int status = Integer.parseInt(line().split(" ")[1]);
      Map<String, String> headers = new HashMap<>();
      for (String line = line(); !line.isEmpty(); line = line()) {
        int colon = line.indexOf(':');
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
      long length = hasBody ? Long.parseLong(headers.getOrDefault("content-length", "0")) : 0;
      head = new Head(status, headers, length);
    }
    return head;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the connection ended within the headers: " + line);
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  int status() {
    try {
      return head().status;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes the body up to its byte {@code most}, or as far as it comes. */
  Connection take(long most) {
    try {
      takeAll(most);
    } catch (SocketException e) {
      // a connection that is reset ends a body as one that is closed does
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  private void takeAll(long most) throws IOException {
    byte[] part = new byte[16 * 1024];
    long end = Math.min(most, head().length);
    while (taken < end) {
      int read = in.read(part, 0, (int) Math.min(part.length, end - taken));
      if (read < 0) {
        return;
      }
      sha256.update(part, 0, read);
      taken += read;
    }
  }

  @Override
  public Connection takeUntilQuiet(long most, int millis) {
    try {
      socket.setSoTimeout(millis);
      takeAll(most);
    } catch (IOException e) {
      // that is the end of it
    }
    return this;
  }

  /** Takes nothing for a while. */
  Connection rest(long millis) {
    pause(millis);
    return this;
  }

  /** Does nothing for a while, as part of what is played. */
  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** True where an answer has begun that is no part of a piece. */
  boolean isRefused() {
    return head != null && head.status / 100 != 2;
  }

  @Override
  public boolean isAnswered() {
    return head != null;
  }

  /** True where all of the body was taken. */
  boolean isWhole() {
    return head != null && taken == head.length;
  }

  /** How many bytes of the body were taken. */
  long taken() {
    return taken;
  }

  /** Resets the connection, and tells how many bytes of the body were taken. */
  long reset() {
    try {
      socket.setSoLinger(true, 0);
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
    close();
    return taken;
  }

  @Override
  public void leave() {
    reset();
  }

  /** What was taken; the digest is complete with it. */
  @Override
  public Download download() {
    try {
      String digest = HexFormat.of().formatHex(sha256.digest());
      return new Download(head().status, head().headers, taken, taken == head().length, digest);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void closed(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    closed(socket);
  }
}
