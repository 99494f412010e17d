package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.bench.run.BenchFailure;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Memory that many clients at once cost: slow ones with a download open, and idle ones. */
final class ManyCases {

  static final String METHOD =
      "memory: the server's own memory (PSS) with the connections open, beyond what it was before both";

  /** What counts as nothing. */
  private static final double LEAST = 0.1;

  private static final int SLOW = 5_000;
  private static final int IDLE = 10_000;

  /** So few wait to be accepted that none is refused. */
  private static final int AT_ONCE = 200;

  private static final int SMALL_BUFFER = 4 << 10;

  private final List<Contender> contenders;
  private final PieceCid piece;

  /**
   * @param piece a large one that all have cached
   */
  ManyCases(List<Contender> contenders, PieceCid piece) {
    this.contenders = contenders;
    this.piece = piece;
  }

  List<Case> run() {
    List<Double> before = contenders.stream().map(c -> c.server().megabytes()).toList();
    return List.of(
        compare("memory of 10,000 idle connections", IDLE, false, before),
        compare("memory of 5,000 slow downloads", SLOW, true, before));
  }

  private Case compare(String name, int connections, boolean asking, List<Double> before) {
    List<Double> megabytes = new ArrayList<>();
    for (Contender contender : contenders) {
      double open = withOpen(contender, connections, asking);
      megabytes.add(Math.max(LEAST, open - before.get(megabytes.size())));
      System.out.printf("%s: %s %.1f MB%n", name, contender.name(), megabytes.getLast());
    }
    return new Case(
        name,
        megabytes.getFirst(),
        "MB",
        megabytes.stream().skip(1).min(Double::compare).orElseThrow(),
        Case.Better.LESS);
  }

  private double withOpen(Contender contender, int connections, boolean asking) {
    List<SocketChannel> open = new ArrayList<>();
    try {
      for (int i = 0; i < connections; i++) {
        open.add(connect(contender, asking));
        if (i % AT_ONCE == 0) {
          // connections are accepted in turn: when this one is, all before it have been
          Fetcher.status(contender, piece);
        }
      }
      // small: the sockets of those who do not read leave the kernel little memory for another
      Fetcher.status(contender, piece);
      return contender.server().megabytes();
    } catch (IOException e) {
      throw new BenchFailure(
          "%s took %d of %d connections: %s"
              .formatted(contender.name(), open.size(), connections, e.getMessage()),
          e);
    } finally {
      open.forEach(ManyCases::close);
    }
  }

  private SocketChannel connect(Contender contender, boolean asking) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_BUFFER);
    channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), contender.port()));
    if (asking) {
      channel.write(ByteBuffer.wrap(Fetcher.request("GET", contender, "/" + piece, "")));
    }
    return channel;
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new BenchFailure("a connection cannot be closed", e);
    }
  }
}
