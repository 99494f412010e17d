package io.filcdn.retrieval.origin;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * The addresses of the public internet: all but what IANA's special-purpose registries list, what
 * carries an IPv4 address within an IPv6 one, what clouds answer inside their networks at addresses
 * that look public, and networks of the operator's own. Java gives IPv4 addresses that were mapped
 * into IPv6 as IPv4.
 */
class PublicAddresses {

  /** IANA's IPv4 special-purpose address registry, and multicast. */
  private static final List<String> SPECIAL_IPV4 =
      List.of(
          "0.0.0.0/8",
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "169.254.0.0/16",
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.31.196.0/24",
          "192.52.193.0/24",
          "192.88.99.0/24",
          "192.168.0.0/16",
          "192.175.48.0/24",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/4",
          "240.0.0.0/4");

  /**
   * IANA's IPv6 special-purpose address registry within 2000::/3; Teredo (2001::/32) and 6to4
   * (2002::/16) carry IPv4 addresses. Outside of 2000::/3, nothing is public: not the IPv4
   * addresses behind 64:ff9b::/96, 64:ff9b:1::/48 and ::/96 either.
   */
  private static final List<String> SPECIAL_IPV6 =
      List.of("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20");

  /**
   * The addresses that clouds answer inside: Azure's wire server, the private endpoints of IBM
   * Cloud and of Google's services.
   */
  private static final List<String> OF_CLOUDS =
      List.of("168.63.129.16/32", "161.26.0.0/16", "166.8.0.0/14", "199.36.153.0/24");

  private static final IpSubnetFilterRule GLOBAL_IPV6 = network("2000::/3");

  private final List<IpSubnetFilterRule> excluded;

  /**
   * @param alsoExcluded networks that are not public to this operator, such as {@code
   *     203.0.113.0/24}
   * @throws IllegalArgumentException where one is in another form
   */
  PublicAddresses(List<String> alsoExcluded) {
    excluded =
        Stream.of(SPECIAL_IPV4, SPECIAL_IPV6, OF_CLOUDS, alsoExcluded)
            .flatMap(List::stream)
            .map(PublicAddresses::network)
            .toList();
  }

  private static IpSubnetFilterRule network(String cidr) {
    try {
      return new IpSubnetFilterRule(cidr.strip(), IpFilterRuleType.REJECT);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "expected a network such as 203.0.113.0/24, found \"%s\"".formatted(cidr), e);
    }
  }

  boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    InetSocketAddress socket = new InetSocketAddress(address, 0);
    return (bytes.length == 4 || GLOBAL_IPV6.matches(socket) && !isIsatap(bytes))
        && excluded.stream().noneMatch(network -> network.matches(socket));
  }

  /** RFC 5214: an interface id of 0:5efe or 200:5efe with an IPv4 address behind it. */
  private static boolean isIsatap(byte[] ipv6) {
    return (ipv6[8] & ~2) == 0 && ipv6[9] == 0 && ipv6[10] == 0x5e && ipv6[11] == (byte) 0xfe;
  }
}
