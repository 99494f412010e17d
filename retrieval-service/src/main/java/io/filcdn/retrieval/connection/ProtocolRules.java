package io.filcdn.retrieval.connection;

import io.filcdn.retrieval.delivery.ConnectionTimeouts;
import io.filcdn.retrieval.delivery.FlushHold;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.vertx.core.http.HttpServerOptions;

/**
 * The choice between the rules of HTTP/1.1 and those of HTTP/2, made when the first bytes of a
 * connection have told Vert.x which it is and before it reads them.
 */
final class ProtocolRules extends ChannelInboundHandlerAdapter {

  /** The names that Vert.x gives its own. */
  private static final String HTTP_1_ENCODER = "httpEncoder";

  private static final String CHUNKED_WRITER = "chunkedWriter";

  private static final String HTTP_2_HANDLER = "handler";

  /**
   * The bytes between which the queue of an HTTP/2 connection fills up: 64 KiB of a body fit in
   * with the heads of their frames, and are not sent in two parts.
   */
  private static final WriteBufferWaterMark QUEUE = new WriteBufferWaterMark(32 << 10, 96 << 10);

  private static final String EARLY_END = "filcdn-early-end";

  private final HttpServerOptions options;

  private ProtocolRules(HttpServerOptions options) {
    this.options = options;
  }

  /** Begins with a new connection, in whose pipeline Vert.x has put what waits for first bytes. */
  static void begin(ChannelPipeline pipeline, HttpServerOptions options) {
    // in front: what waits for first bytes passes on nothing else
    pipeline.addFirst(EARLY_END, new EarlyEnd());
    pipeline.addLast("filcdn-protocol", new ProtocolRules(options));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ChannelPipeline pipeline = ctx.pipeline();
    if (pipeline.get(ConnectionTimeouts.HTTP_1_DECODER) != null) {
      pipeline.replace(
          ConnectionTimeouts.HTTP_1_DECODER,
          ConnectionTimeouts.HTTP_1_DECODER,
          new StrictRequestDecoder(options));
      if (pipeline.get(CHUNKED_WRITER) != null) {
        // files are not sent here, and it keeps each write until it is flushed
        pipeline.remove(CHUNKED_WRITER);
      }
      pipeline.addAfter(HTTP_1_ENCODER, "filcdn-one-at-a-time", new PipeliningLimiter());
      pipeline.addAfter(HTTP_1_ENCODER, "filcdn-requests", new RequestGate());
    } else {
      ctx.channel().config().setWriteBufferWaterMark(QUEUE);
      pipeline.addBefore(HTTP_2_HANDLER, "filcdn-flushes", new FlushHold());
      pipeline.addBefore(HTTP_2_HANDLER, "filcdn-frames", new FrameRules());
    }
    pipeline.remove(EARLY_END);
    pipeline.remove(this);
    ctx.fireChannelRead(message);
  }

  /** The end of a connection whose client sends no more before it has sent anything. */
  private static final class EarlyEnd extends ChannelInboundHandlerAdapter {

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        var _ = ctx.close();
      }
      ctx.fireUserEventTriggered(event);
    }
  }
}
