package io.filcdn.retrieval.origin;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The addresses that a provider's URL leads to, after DNS: the addresses that were checked are the
 * ones to connect to.
 *
 * @param addresses to connect to, at least one: both families by turns, as RFC 8305 has it
 */
record OriginAddress(OriginUrl url, List<InetAddress> addresses) {

  /** So many addresses of a name are tried. */
  private static final int MOST_ADDRESSES = 8;

  /** The outcome of a check. */
  sealed interface Checked {
    /** An address that may be contacted. */
    record Usable(OriginAddress address) implements Checked {}

    /** A URL that may not be contacted. */
    record Refused(String why) implements Checked {}
  }

  /**
   * Checks a URL.
   *
   * @param found the addresses of its host; none where it is not in DNS
   */
  static Checked check(OriginUrl url, Reach reach, List<InetAddress> found) {
    if (found.isEmpty()) {
      return new Checked.Refused(
          "the host %s is not in DNS".formatted(OriginUrl.shown(url.host())));
    }
    List<InetAddress> usable = found.stream().filter(reach::allows).toList();
    if (usable.isEmpty()) {
      return new Checked.Refused(
          "expected a public address of %s, found %s"
              .formatted(
                  OriginUrl.shown(url.host()), found.stream().limit(MOST_ADDRESSES).toList()));
    }
    return new OriginAddress(url, byTurns(usable)).check(reach);
  }

  /** Checks all but the addresses, which were. */
  Checked check(Reach reach) {
    return reach.allowsPort(url)
        ? new Checked.Usable(this)
        : new Checked.Refused(
            "expected one of the ports %s, found %d".formatted(reach.ports(), url.port()));
  }

  /** IPv6 first, then each family by turns. */
  private static List<InetAddress> byTurns(List<InetAddress> addresses) {
    List<InetAddress> sixes = addresses.stream().filter(Inet6Address.class::isInstance).toList();
    List<InetAddress> fours = addresses.stream().filter(a -> !sixes.contains(a)).toList();
    List<InetAddress> ordered = new ArrayList<>();
    for (int i = 0; i < Math.max(sixes.size(), fours.size()); i++) {
      sixes.stream().skip(i).findFirst().ifPresent(ordered::add);
      fours.stream().skip(i).findFirst().ifPresent(ordered::add);
    }
    return ordered.stream().distinct().limit(MOST_ADDRESSES).toList();
  }

  /** The same host's address of another URL there. */
  OriginAddress at(OriginUrl other) {
    return new OriginAddress(other, addresses);
  }

  /** The same, with an address to be tried before all others where it is one of them. */
  OriginAddress startingWith(Optional<InetAddress> first) {
    if (first.isEmpty() || !addresses.contains(first.get())) {
      return this;
    }
    List<InetAddress> ordered = new ArrayList<>(addresses);
    ordered.remove(first.get());
    ordered.addFirst(first.get());
    return new OriginAddress(url, ordered);
  }
}
