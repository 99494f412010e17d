package io.filcdn.retrieval.address;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * A network of addresses: the first bits of them.
 *
 * @param width which bounds hold for it
 * @param bits its first bits, the rest zero
 */
public record Prefix(Width width, long bits) {

  /** The networks that are told apart. */
  public enum Width {
    IPV4_CLIENT(32, 0),
    IPV4_NETWORK(24, 2),
    IPV6_CLIENT(64, 0),
    IPV6_SITE(56, 1),
    IPV6_NETWORK(48, 2);

    private final int length;

    /** The number of times that a client's bound is multiplied. */
    private final int steps;

    Width(int length, int steps) {
      this.length = length;
      this.steps = steps;
    }
  }

  /** The networks that an address lies in, the host first and the widest last. */
  public static List<Prefix> of(InetAddress address) {
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

  /**
   * The bound of this network.
   *
   * @param perClient the bound of one client
   * @param factor how many times as much each wider network may take
   */
  public long bound(long perClient, int factor) {
    long bound = perClient;
    for (int step = 0; step < width.steps; step++) {
      bound = bound > Long.MAX_VALUE / factor ? Long.MAX_VALUE : bound * factor;
    }
    return bound;
  }

  /** Its first address: 4 bytes, or 16 of IPv6. */
  public byte[] address() {
    boolean four = width == Width.IPV4_CLIENT || width == Width.IPV4_NETWORK;
    return Arrays.copyOf(ByteBuffer.allocate(16).putLong(bits).array(), four ? 4 : 16);
  }

  /** The text of its first address. */
  public String first() {
    try {
      return InetAddress.getByAddress(address()).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an IP address has 4 or 16 bytes", e);
    }
  }

  @Override
  public String toString() {
    return first() + "/" + width.length;
  }
}
