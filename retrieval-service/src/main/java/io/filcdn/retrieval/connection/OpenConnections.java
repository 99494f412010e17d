package io.filcdn.retrieval.connection;

import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The connections of clients, so that they can be cut. Safe for use by several threads. */
public final class OpenConnections {

  private final Set<ChannelHandlerContext> open = ConcurrentHashMap.newKeySet();

  void add(HttpConnection connection) {
    if (connection instanceof ConnectionBase base) {
      ChannelHandlerContext context = base.channelHandlerContext();
      open.add(context);
      context.channel().closeFuture().addListener(closed -> open.remove(context));
    }
  }

  /**
   * Closes all of them, and drops what their clients have not taken. Not from the channels' ends,
   * where Vert.x first flushes: a client might take nothing.
   */
  public void cut() {
    for (ChannelHandlerContext connection : open) {
      var _ = connection.close();
    }
  }
}
