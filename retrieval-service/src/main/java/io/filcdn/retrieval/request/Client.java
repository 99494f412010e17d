package io.filcdn.retrieval.request;

/**
 * Who asks, as far as an edge can tell.
 *
 * @param network what limits count by: an IPv4 address, or the /64 of an IPv6 one
 * @param country ISO 3166-1 alpha-2, {@code ZZ} where unknown
 */
public record Client(String network, String country) {

  /** Where no proxy tells. */
  public static final String UNKNOWN_COUNTRY = "ZZ";
}
