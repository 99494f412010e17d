package io.filcdn.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many bytes can be on their way between an edge and a client of the same machine. */
final class SocketBuffers {

  private static final Path LINUX_SEND_BUFFER = Path.of("/proc/sys/net/ipv4/tcp_wmem");
  private static final long ELSEWHERE = 8L << 20;
  private static final long MOST_UNSENT = 128 * 1024;
  private static final long ONE_WRITE = 64 * 1024;

  private SocketBuffers() {}

  /**
   * The most by which a client on this machine that leaves is billed for more than it read: what
   * its machine has, and what docs/http-api.md says of the edge's.
   */
  static long mostBilledUnread() {
    return Files.exists(LINUX_SEND_BUFFER) ? MOST_UNSENT + ONE_WRITE + received() : most();
  }

  /** The most that the sender's and the receiver's buffers take. */
  static long most() {
    return sendBuffer() + received();
  }

  private static long received() {
    return 2L * Connection.RECEIVE_BUFFER;
  }

  private static long sendBuffer() {
    if (!Files.exists(LINUX_SEND_BUFFER)) {
      return ELSEWHERE;
    }
    try {
      // least, usual and most
      String[] sizes = Files.readAllLines(LINUX_SEND_BUFFER).getFirst().strip().split("\\s+");
      return Long.parseLong(sizes[2]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
