package io.filcdn.retrieval.request;

import io.netty.channel.Channel;
import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.AttributeKey;
import io.netty.util.NetUtil;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A reader of the client that asks. Forwarded headers count only where a configured proxy sent
 * them: anyone else could write anything there.
 */
public final class ClientReader {

  private static final int PORT = 0;

  /** The client at the other end of a connection, where all of its requests are theirs. */
  private static final AttributeKey<Client> CLIENT = AttributeKey.valueOf("filcdn-client");

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

  /** Tells who sent a request. Of a connection that is no proxy's, it is read once. */
  public Client read(HttpServerRequest request) {
    Channel channel = ((ConnectionBase) request.connection()).channel();
    Client known = channel.attr(CLIENT).get();
    if (known != null) {
      return known;
    }
    InetAddress peer = peer(channel);
    if (isProxy(peer)) {
      return new Client(forwardedFor(request, peer), country(request));
    }
    Client client = new Client(peer, Client.UNKNOWN_COUNTRY);
    channel.attr(CLIENT).set(client);
    return client;
  }

  private static InetAddress peer(Channel channel) {
    return channel.remoteAddress() instanceof InetSocketAddress address
        ? address.getAddress()
        : InetAddress.getLoopbackAddress();
  }

  /** True where an address is that of a configured proxy, which carries many clients. */
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
}
