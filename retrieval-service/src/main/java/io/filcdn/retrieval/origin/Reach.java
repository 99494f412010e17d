package io.filcdn.retrieval.origin;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/**
 * The part of the internet that a provider's URL and its redirects may lead to.
 *
 * @param ports that may be contacted; all where empty
 * @param publicAddresses the addresses that may be
 * @param redirectHosts that a provider may redirect to beside its own
 * @param allowPrivate whether addresses that are not public may be contacted too (devnets only)
 */
public record Reach(
    Set<Integer> ports,
    PublicAddresses publicAddresses,
    HostPatterns redirectHosts,
    boolean allowPrivate) {

  /**
   * The reach that an operator lets providers' URLs have.
   *
   * @param notPublic networks that are not public to this operator, in CIDR form
   * @throws IllegalArgumentException where one is in another form
   */
  public static Reach of(
      Set<Integer> ports, List<String> notPublic, Set<String> redirectHosts, boolean allowPrivate) {
    return new Reach(
        ports, new PublicAddresses(notPublic), HostPatterns.of(redirectHosts), allowPrivate);
  }

  boolean allowsPort(OriginUrl url) {
    return ports.isEmpty() || ports.contains(url.port());
  }

  boolean allows(InetAddress address) {
    return allowPrivate || publicAddresses.contains(address);
  }

  /** True where a redirect may be followed: not away from TLS, nor to a host of no one's choice. */
  boolean allowsRedirect(OriginUrl from, OriginUrl to) {
    return (to.tls() || !from.tls())
        && (to.host().equals(from.host()) || redirectHosts.contain(to.host()));
  }
}
