package io.filcdn.retrieval.delivery;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.VertxHandler;

/** Where the edge's own handlers of HTTP/1.1 stand in a connection. */
final class Http1 {

  private Http1() {}

  /**
   * Has {@code handler} see each request right before Vert.x does, from the first on: that has
   * passed all handlers before by the time that Vert.x tells of a connection. Connections of HTTP/2
   * get none.
   */
  static void seeRequests(HttpConnection connection, String name, ChannelHandler handler) {
    if (connection instanceof ConnectionBase base) {
      ChannelPipeline pipeline = base.channel().pipeline();
      // HTTP/2 has another; one that was just upgraded to it has the decoder of HTTP/1.1 still
      ChannelHandlerContext vertx = pipeline.context(VertxHandler.class);
      if (vertx != null) {
        pipeline.addBefore(vertx.name(), name, handler);
      }
    }
  }
}
