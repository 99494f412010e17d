package io.filcdn.testing.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * Ports of 127.0.0.1 for listeners that are yet to start. They lie below those that systems lend to
 * connections, one of which could take a free port before its listener does.
 */
public final class FreePort {

  static final int LOWEST = 10_000;

  /** The lowest port that is lent. */
  static final int LOWEST_LENT = 32_768;

  /** Never the same again soon: what was found is not listened on yet. */
  private static final AtomicInteger COUNT =
      new AtomicInteger(RandomGenerator.getDefault().nextInt(LOWEST_LENT - LOWEST));

  private FreePort() {}

  /**
   * A port on which nobody listens.
   *
   * @throws IllegalStateException where there is none
   */
  public static int find() {
    for (int tried = 0; tried < LOWEST_LENT - LOWEST; tried++) {
      int port = LOWEST + Math.floorMod(COUNT.getAndIncrement(), LOWEST_LENT - LOWEST);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException(
        "expected a free port of 127.0.0.1 from %d to %d, found none"
            .formatted(LOWEST, LOWEST_LENT - 1));
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
