package io.filcdn.retrieval.delivery;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * The kernel's buffer between an edge and a client. What a socket accepts counts as delivered, so
 * what it accepts before the network can carry it is bounded: else a client that leaves after its
 * first bytes would be billed for as much as the buffer holds (4 MiB by Linux' defaults). What is
 * on its way to the client is not bounded by this, so that a long path costs no speed.
 */
public final class SendBuffer {

  private SendBuffer() {}

  /**
   * Bounds what the socket of a new connection holds that was not sent yet ({@code
   * TCP_NOTSENT_LOWAT}). Only Linux can do so; elsewhere its whole buffer counts.
   *
   * @param bytes above which the socket accepts no more
   */
  public static void bound(HttpConnection connection, long bytes) {
    if (connection instanceof ConnectionBase base) {
      Channel channel = base.channel();
      if (channel instanceof EpollSocketChannel) {
        channel.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, bytes);
      }
    }
  }
}
