package io.filcdn.retrieval.delivery;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.VertxHandler;

/**
 * Takes requests of other versions than HTTP/1.0 and 1.1 for unreadable. Vert.x would answer them
 * by itself, with 501 and without a word.
 */
public final class KnownVersions extends ChannelInboundHandlerAdapter {

  private KnownVersions() {}

  /** Watches a new connection. */
  public static void watch(HttpConnection connection) {
    if (connection instanceof ConnectionBase base) {
      ChannelPipeline pipeline = base.channel().pipeline();
      // HTTP/2 has another; one that was just upgraded to it has the decoder of HTTP/1.1 still
      ChannelHandlerContext http1 = pipeline.context(VertxHandler.class);
      if (http1 != null) {
        // right before Vert.x's own handler: the first request has passed all before it by now
        pipeline.addBefore(http1.name(), "filcdn-versions", new KnownVersions());
      }
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest request && !isKnown(request.protocolVersion())) {
      request.setDecoderResult(
          DecoderResult.failure(
              new IllegalArgumentException(
                  "expected HTTP/1.0 or 1.1, found " + request.protocolVersion())));
      request.setProtocolVersion(HttpVersion.HTTP_1_1);
    }
    ctx.fireChannelRead(message);
  }

  private static boolean isKnown(HttpVersion version) {
    return version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0);
  }
}
