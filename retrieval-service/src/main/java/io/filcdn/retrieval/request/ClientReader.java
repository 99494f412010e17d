package io.filcdn.retrieval.request;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import io.vertx.core.http.HttpServerRequest;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells who asks. Forwarded headers count only where a configured proxy sent them: anyone else
 * could write anything there.
 */
public final class ClientReader {

  private static final int PORT = 0;

  private final List<IpSubnetFilterRule> proxies;
  private final Optional<String> countryHeader;

  /**
   * @param proxies the proxies' networks in CIDR form, such as {@code 10.0.0.0/8}
   * @param countryHeader the header in which they tell the client's country
   * @throws IllegalArgumentException where a network is in another form
   */
  public ClientReader(List<String> proxies, Optional<String> countryHeader) {
    this.proxies = proxies.stream().map(ClientReader::subnet).toList();
    this.countryHeader = countryHeader;
  }

  private static IpSubnetFilterRule subnet(String cidr) {
    try {
      return new IpSubnetFilterRule(cidr, IpFilterRuleType.ACCEPT);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "expected a proxy's network such as 10.0.0.0/8, found \"%s\"".formatted(cidr), e);
    }
  }

  /** Tells who sent a request. */
  public Client read(HttpServerRequest request) {
    String ip = request.connection().remoteAddress().hostAddress();
    if (proxies.isEmpty() && ip != null && NetUtil.isValidIpV4Address(ip)) {
      return new Client(ip, Client.UNKNOWN_COUNTRY);
    }
    InetAddress peer = peer(ip);
    if (!isProxy(peer)) {
      return new Client(network(peer), Client.UNKNOWN_COUNTRY);
    }
    return new Client(network(forwardedFor(request, peer)), country(request));
  }

  private static InetAddress peer(@Nullable String ip) {
    byte[] address = ip == null ? null : NetUtil.createByteArrayFromIpAddressString(ip);
    try {
      return address == null ? InetAddress.getLoopbackAddress() : InetAddress.getByAddress(address);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an IP address has 4 or 16 bytes", e);
    }
  }

  /** Whether an address is that of a configured proxy, which carries many clients. */
  public boolean isProxy(InetAddress address) {
    return !proxies.isEmpty()
        && proxies.stream().anyMatch(proxy -> proxy.matches(new InetSocketAddress(address, PORT)));
  }

  /** The last hop of {@code X-Forwarded-For} that is no proxy of ours: all before it is hearsay. */
  private InetAddress forwardedFor(HttpServerRequest request, InetAddress peer) {
    List<String> hops =
        request.headers().getAll("X-Forwarded-For").stream()
            .flatMap(header -> Arrays.stream(header.split(",")))
            .map(String::strip)
            .toList();
    InetAddress client = peer;
    for (String hop : hops.reversed()) {
      InetAddress address = NetUtil.createInetAddressFromIpAddressString(hop);
      if (address == null) {
        return client;
      }
      client = address;
      if (!isProxy(address)) {
        return client;
      }
    }
    return client;
  }

  private String country(HttpServerRequest request) {
    return countryHeader
        .map(request::getHeader)
        .map(country -> country.strip().toUpperCase(Locale.ROOT))
        .filter(country -> country.matches("[A-Z]{2}"))
        .orElse(Client.UNKNOWN_COUNTRY);
  }

  private static String network(InetAddress address) {
    if (address instanceof Inet6Address) {
      byte[] bytes = address.getAddress();
      Arrays.fill(bytes, 8, 16, (byte) 0);
      return NetUtil.bytesToIpAddress(bytes);
    }
    return address.getHostAddress();
  }
}
