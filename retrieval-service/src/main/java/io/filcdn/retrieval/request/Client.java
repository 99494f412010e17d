package io.filcdn.retrieval.request;

import io.filcdn.retrieval.address.Prefix;
import java.net.InetAddress;
import java.util.List;

/**
 * The client that asks, as far as an edge can tell.
 *
 * @param address its own, or the last one that a proxy of ours tells
 * @param networks what limits count by, the narrowest first: an IPv4 address and its /24, or an
 *     IPv6 /64, /56 and /48
 * @param country ISO 3166-1 alpha-2, {@code ZZ} where unknown
 */
public record Client(InetAddress address, List<Prefix> networks, String country) {

  Client(InetAddress address, String country) {
    this(address, Prefix.of(address), country);
  }

  /** The country where no proxy tells. */
  public static final String UNKNOWN_COUNTRY = "ZZ";
}
