package io.filcdn.acceptance;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;

/** A plain HTTP/1.1 client that counts what it reads, and can hang up in the middle. */
final class Client {

  /** What its socket may hold unread; the kernel doubles it. */
  static final int RECEIVE_BUFFER = 64 * 1024;

  private static final int TIMEOUT_MILLIS = 60_000;
  private static final long ALL = Long.MAX_VALUE;

  private Client() {}

  static Download get(URI url) {
    return exchange("GET", url, "", ALL);
  }

  static Download head(URI url) {
    return exchange("HEAD", url, "", ALL);
  }

  /** Asks for the bytes {@code from} to {@code to}, both included. */
  static Download getRange(URI url, long from, long to) {
    return exchange("GET", url, "Range: bytes=%d-%d\r\n".formatted(from, to), ALL);
  }

  /** Reads {@code most} bytes of the body and hangs up. */
  static Download abort(URI url, long most) {
    return exchange("GET", url, "", most);
  }

  private static Download exchange(String method, URI url, String headers, long most) {
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(RECEIVE_BUFFER);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), url.getPort()));
      String request =
          "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n"
              .formatted(method, url.getRawPath(), url.getAuthority(), headers);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return read(new BufferedInputStream(socket.getInputStream()), method, most);
    } catch (IOException e) {
      throw new UncheckedIOException("%s %s".formatted(method, url), e);
    }
  }

  private static Download read(InputStream in, String method, long most) throws IOException {
    String statusLine = line(in);
    Map<String, String> headers = new HashMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    int status = Integer.parseInt(statusLine.split(" ")[1]);
    long promised =
        method.equals("HEAD") ? 0 : Long.parseLong(headers.getOrDefault("content-length", "0"));
    MessageDigest sha256 = sha256();
    long bytes = 0;
    byte[] part = new byte[16 * 1024];
    while (bytes < Math.min(most, promised)) {
      int read = readPart(in, part, Math.min(most, promised) - bytes);
      if (read < 0) {
        break;
      }
      sha256.update(part, 0, read);
      bytes += read;
    }
    return new Download(
        status, headers, bytes, bytes == promised, HexFormat.of().formatHex(sha256.digest()));
  }

  /** A connection that is reset ends a body as one that is closed does. */
  private static int readPart(InputStream in, byte[] part, long most) throws IOException {
    try {
      return in.read(part, 0, (int) Math.min(part.length, most));
    } catch (java.net.SocketException e) {
      return -1;
    }
  }

  private static String line(InputStream in) throws IOException {
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

  static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(sha256().digest(bytes));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
