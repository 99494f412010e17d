package io.filcdn.retrieval.origin;

import java.net.IDN;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * Where a provider's URL leads, after DNS: the address that was checked is the one to connect to.
 *
 * @param address to connect to
 * @param host to ask for
 * @param port to connect to
 * @param tls whether to speak TLS
 * @param path path and query
 */
public record OriginAddress(InetAddress address, String host, int port, boolean tls, String path) {

  /**
   * Ports that may be contacted.
   *
   * @param allowed ports; all from 1 on where empty
   */
  public record Ports(Set<Integer> allowed) {
    boolean contains(int port) {
      return port > 0 && (allowed.isEmpty() || allowed.contains(port));
    }
  }

  /** The outcome of a check. */
  public sealed interface Checked {
    /** It may be contacted. */
    record Usable(OriginAddress address) implements Checked {}

    /** It may not. */
    record Refused(String why) implements Checked {}
  }

  /**
   * Resolves and checks a URL; blocks on DNS.
   *
   * @param ports that may be contacted
   * @param allowPrivate whether addresses that are not public may be contacted (devnets only)
   */
  public static Checked check(String url, Ports ports, boolean allowPrivate) {
    URI uri;
    try {
      uri = new URI(url.strip());
    } catch (URISyntaxException e) {
      return new Checked.Refused("expected a URL, found \"%s\"".formatted(shown(url)));
    }
    boolean tls = "https".equalsIgnoreCase(uri.getScheme());
    if (!tls && !"http".equalsIgnoreCase(uri.getScheme())) {
      return new Checked.Refused("expected http or https, found \"%s\"".formatted(shown(url)));
    }
    if (uri.getHost() == null || uri.getUserInfo() != null) {
      return new Checked.Refused(
          "expected a host and no user in the URL, found \"%s\"".formatted(shown(url)));
    }
    int port = uri.getPort() != -1 ? uri.getPort() : tls ? 443 : 80;
    if (!ports.contains(port)) {
      return new Checked.Refused("expected one of the ports %s, found %d".formatted(ports, port));
    }
    return resolve(uri, port, tls, allowPrivate);
  }

  private static Checked resolve(URI uri, int port, boolean tls, boolean allowPrivate) {
    String host = uri.getHost().replaceAll("[\\[\\]]", "");
    InetAddress[] found;
    try {
      found = InetAddress.getAllByName(IDN.toASCII(host));
    } catch (UnknownHostException | IllegalArgumentException e) {
      return new Checked.Refused("the host %s is not in DNS".formatted(shown(host)));
    }
    Optional<InetAddress> usable =
        Arrays.stream(found).filter(address -> allowPrivate || isPublic(address)).findFirst();
    if (usable.isEmpty()) {
      return new Checked.Refused(
          "expected a public address of %s, found %s"
              .formatted(shown(host), Arrays.toString(found)));
    }
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath().replaceAll("/{2,}", "/");
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    return new Checked.Usable(
        new OriginAddress(usable.get(), uri.getHost(), port, tls, path + query));
  }

  /** The same provider's address of what lies below this one. */
  OriginAddress below(String name) {
    String folder = path.endsWith("/") ? path : path + "/";
    return new OriginAddress(address, host, port, tls, folder + name);
  }

  /**
   * Where a redirect from here leads.
   *
   * @throws IllegalArgumentException where it is no URL
   */
  String resolve(String location) {
    String from = "%s://%s:%d%s".formatted(tls ? "https" : "http", host, port, path);
    return URI.create(from).resolve(location).toString();
  }

  /**
   * Whether an address is on the public internet. Java gives IPv4 addresses that were mapped into
   * IPv6 as IPv4.
   */
  static boolean isPublic(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    byte[] b = address.getAddress();
    return b.length == 4 ? isPublic4(b[0] & 0xff, b[1] & 0xff, b[2] & 0xff) : isPublic6(b);
  }

  /** RFC 6890 and its successors: the IPv4 special-purpose registry. */
  private static boolean isPublic4(int a, int b, int c) {
    boolean special =
        a == 0
            || a >= 240
            || a == 100 && b >= 64 && b <= 127
            || a == 192 && b == 0 && (c == 0 || c == 2)
            || a == 192 && b == 88 && c == 99
            || a == 198 && (b == 18 || b == 19)
            || a == 198 && b == 51 && c == 100
            || a == 203 && b == 0 && c == 113;
    return !special;
  }

  /** Only 2000::/3 is routed; documentation, 6to4 and Teredo can carry private addresses. */
  private static boolean isPublic6(byte[] b) {
    int first = (b[0] & 0xff) << 8 | b[1] & 0xff;
    int second = (b[2] & 0xff) << 8 | b[3] & 0xff;
    boolean routed = first >= 0x2000 && first <= 0x3fff;
    boolean special = first == 0x2002 || first == 0x2001 && (second == 0x0db8 || second < 0x0200);
    return routed && !special;
  }

  private static String shown(String text) {
    return text.length() > 100 ? text.substring(0, 100) + "…" : text;
  }
}
