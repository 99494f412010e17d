package io.filcdn.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many bytes can be on their way between an edge and a client of the same machine. */
final class SocketBuffers {

  private static final Path LINUX_SEND_BUFFER = Path.of("/proc/sys/net/ipv4/tcp_wmem");
  private static final long ELSEWHERE = 8L << 20;

  private SocketBuffers() {}

  /** The most that the sender's and the receiver's buffers take. */
  static long most() {
    return sendBuffer() + 2L * Client.RECEIVE_BUFFER;
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
