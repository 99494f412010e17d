package io.filcdn.metrics.accounts;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The attempts to sign in of each client, an IPv4 address or an IPv6 /64, within a minute. They
 * bound what signatures cost to verify, in this process.
 */
final class SignInAttempts {

  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int MOST_CLIENTS = 100_000;
  private static final int SITE_LENGTH = 8;

  private final Cache<String, AtomicInteger> attempts;
  private final int perMinute;

  SignInAttempts(int perMinute, Ticker ticker) {
    this.perMinute = perMinute;
    this.attempts =
        Caffeine.newBuilder()
            .maximumSize(MOST_CLIENTS)
            .expireAfterWrite(WINDOW)
            .ticker(ticker)
            .build();
  }

  /**
   * Counts an attempt; false where it is one too many.
   *
   * @param client its address
   */
  boolean count(String client) {
    return attempts.get(name(client), _ -> new AtomicInteger()).incrementAndGet() <= perMinute;
  }

  private static String name(String client) {
    try {
      InetAddress address = InetAddress.ofLiteral(client);
      byte[] bytes = address.getAddress();
      int length = address instanceof Inet6Address ? SITE_LENGTH : bytes.length;
      return HexFormat.of().formatHex(bytes, 0, length);
    } catch (IllegalArgumentException e) {
      // a proxy that Quarkus is told to believe can name anything
      return client;
    }
  }
}
