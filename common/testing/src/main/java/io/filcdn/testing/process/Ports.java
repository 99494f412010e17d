package io.filcdn.testing.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/** The ports of 127.0.0.1 that the listeners of a stack have. */
public record Ports(Map<Listener, Integer> numbers) {

  /** The base that means "any free ports". */
  public static final int ANY = 0;

  private static final int HIGHEST = 65535;
  private static final int MOST_ATTEMPTS = 100;

  public Ports {
    numbers = Map.copyOf(numbers);
  }

  /**
   * Finds ports for {@code listeners}, all of which are free at this moment.
   *
   * @param base the first one's port, from which the others count up; {@link #ANY} for any
   * @throws StackFailure where one is in use
   */
  public static Ports claim(int base, Set<Listener> listeners) {
    return base == ANY ? any(listeners) : from(base, listeners);
  }

  private static Ports from(int base, Set<Listener> listeners) {
    if (base < 1 || base > HIGHEST - Listener.SPAN) {
      throw new StackFailure(
          "expected --port-base 0 (any free ports) or 1 to %d, found %d"
              .formatted(HIGHEST - Listener.SPAN, base));
    }
    Map<Listener, Integer> numbers = new EnumMap<>(Listener.class);
    for (Listener listener : listeners) {
      int port = base + listener.offset();
      try (ServerSocket free = bind(port)) {
        numbers.put(listener, free.getLocalPort());
      } catch (IOException e) {
        throw new StackFailure(
            "port %d, for %s, is in use: stop what listens there, or choose other ports with --port-base N (0: any free ones)"
                .formatted(port, listener.text()),
            e);
      }
    }
    return new Ports(numbers);
  }

  /** Tries bases where {@link FreePort} looks. */
  private static Ports any(Set<Listener> listeners) {
    RandomGenerator random = RandomGenerator.getDefault();
    for (int attempt = 1; ; attempt++) {
      try {
        return from(
            random.nextInt(FreePort.LOWEST, FreePort.LOWEST_LENT - Listener.SPAN), listeners);
      } catch (StackFailure e) {
        if (attempt == MOST_ATTEMPTS) {
          throw new StackFailure(
              "no free ports were found on 127.0.0.1: choose some with --port-base N", e);
        }
      }
    }
  }

  private static ServerSocket bind(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
      return socket;
    } catch (IOException e) {
      release(socket);
      throw e;
    }
  }

  private static void release(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException("a socket cannot be closed", e);
    }
  }

  /** The port of {@code listener}, which must be one of those claimed. */
  public int of(Listener listener) {
    Integer port = numbers.get(listener);
    if (port == null) {
      throw new IllegalArgumentException("no port was claimed for " + listener.text());
    }
    return port;
  }

  /** The URL at which {@code listener} is spoken to by HTTP. */
  public String url(Listener listener) {
    return "http://127.0.0.1:" + of(listener);
  }
}
