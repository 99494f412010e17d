package io.filcdn.retrieval.delivery;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes an HTTP/1.1 connection on which a request's head has begun and does not end: an idle
 * timeout alone would wait for ever for a client that sends one byte now and then. Between a head
 * and the end of its answer nothing is timed. Confined to the connection's event loop.
 */
public final class HeadPatience extends ChannelInboundHandlerAdapter {

  /** The name that Vert.x gives the decoder of HTTP/1.1; HTTP/2 has none, and times its own. */
  private static final String HTTP_1_DECODER = "httpDecoder";

  private final long millis;
  private boolean answering;
  private @Nullable ScheduledFuture<?> running;

  private HeadPatience(long millis) {
    this.millis = millis;
  }

  /**
   * Watches a new connection, on which the first head is under way.
   *
   * @param millis how long a head may take from its first byte on
   */
  public static void watch(HttpConnection connection, long millis) {
    if (connection instanceof ConnectionBase base) {
      HeadPatience patience = new HeadPatience(millis);
      base.channel().pipeline().addFirst(patience);
      patience.start(base.channel().pipeline().context(patience));
    }
  }

  /** A request's head is complete. */
  public static void headCame(HttpConnection connection) {
    HeadPatience patience = of(connection);
    if (patience != null) {
      patience.answering = true;
      patience.stop();
    }
  }

  /** A request is answered. */
  public static void answered(HttpConnection connection) {
    HeadPatience patience = of(connection);
    if (patience != null) {
      patience.answering = false;
    }
  }

  private static @Nullable HeadPatience of(HttpConnection connection) {
    return connection instanceof ConnectionBase base
        ? base.channel().pipeline().get(HeadPatience.class)
        : null;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    start(ctx);
    ctx.fireChannelRead(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    stop();
    ctx.fireChannelInactive();
  }

  private void start(ChannelHandlerContext ctx) {
    if (running == null && !answering && ctx.pipeline().get(HTTP_1_DECODER) != null) {
      running = ctx.executor().schedule(() -> close(ctx), millis, TimeUnit.MILLISECONDS);
    }
  }

  private void stop() {
    if (running != null) {
      running.cancel(false);
      running = null;
    }
  }

  private static void close(ChannelHandlerContext ctx) {
    var _ = ctx.close();
  }
}
