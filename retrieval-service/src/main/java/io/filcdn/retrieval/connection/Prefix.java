package io.filcdn.retrieval.connection;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A network of clients: the first bits of their addresses.
 *
 * @param width which bounds hold for it
 * @param bits its first bits, the rest zero
 */
record Prefix(Width width, long bits) {

  /** The networks that are told apart. */
  enum Width {
    IPV4_CLIENT(32),
    IPV4_NETWORK(24),
    IPV6_CLIENT(64),
    IPV6_SITE(56),
    IPV6_NETWORK(48);

    private final int length;

    Width(int length) {
      this.length = length;
    }
  }

  /** The networks that an address lies in, the client first and the widest last. */
  static List<Prefix> of(InetAddress address) {
    if (address instanceof Inet6Address) {
      long bits = ByteBuffer.wrap(address.getAddress()).getLong();
      return List.of(
          cut(Width.IPV6_CLIENT, bits), cut(Width.IPV6_SITE, bits), cut(Width.IPV6_NETWORK, bits));
    }
    long bits = (long) ByteBuffer.wrap(address.getAddress()).getInt() << 32;
    return List.of(cut(Width.IPV4_CLIENT, bits), cut(Width.IPV4_NETWORK, bits));
  }

  private static Prefix cut(Width width, long bits) {
    return new Prefix(width, bits & -1L << (64 - width.length));
  }
}
