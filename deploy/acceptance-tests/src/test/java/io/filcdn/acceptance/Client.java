package io.filcdn.acceptance;

import java.net.InetAddress;
import java.net.URI;
import java.util.HexFormat;

/** A plain HTTP/1.1 client that counts what it reads, and can hang up in the middle. */
final class Client {

  private static final InetAddress HERE = InetAddress.getLoopbackAddress();
  private static final long ALL = Long.MAX_VALUE;

  private Client() {}

  static Download get(URI url) {
    return get(HERE, url);
  }

  /** The same from another address of this machine. */
  static Download get(InetAddress from, URI url) {
    return exchange(from, "GET", url, "", ALL);
  }

  static Download head(URI url) {
    return exchange(HERE, "HEAD", url, "", ALL);
  }

  /** Asks for the bytes {@code from} to {@code to}, both included. */
  static Download getRange(URI url, long from, long to) {
    return getRange(HERE, url, from, to);
  }

  /** The same from another address of this machine. */
  static Download getRange(InetAddress client, URI url, long from, long to) {
    return exchange(client, "GET", url, "Range: bytes=%d-%d\r\n".formatted(from, to), ALL);
  }

  /** Asks with one more header. */
  static Download getWith(String header, URI url) {
    return exchange(HERE, "GET", url, header + "\r\n", ALL);
  }

  /** Reads {@code most} bytes of the body and hangs up. */
  static Download abort(URI url, long most) {
    return exchange(HERE, "GET", url, "", most);
  }

  private static Download exchange(
      InetAddress from, String method, URI url, String headers, long most) {
    try (Connection connection = Connection.open(from, method, url, headers)) {
      return connection.take(most).download();
    }
  }

  static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(Connection.sha256().digest(bytes));
  }
}
