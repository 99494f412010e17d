package io.filcdn.retrieval.delivery;

import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Bounds what the kernel takes of responses before it can send it. Without that it takes some
 * megabytes for each client that reads slowly: they fill its memory for TCP, and a client that
 * leaves is billed for them.
 */
public final class SendQueue {

  /** More is not faster: what the network has under way comes on top. */
  private static final long MOST_UNSENT = 256 << 10;

  private SendQueue() {}

  /** Prepares a new connection; where Java's own sockets serve it, it stays as it is. */
  public static void bound(HttpConnection connection) {
    if (connection instanceof ConnectionBase base
        && base.channel() instanceof EpollSocketChannel channel) {
      channel.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, MOST_UNSENT);
    }
  }
}
