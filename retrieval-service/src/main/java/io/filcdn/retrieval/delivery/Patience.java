package io.filcdn.retrieval.delivery;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long an edge waits for the client of a connection. A connection on which nothing moves is
 * closed, unless a response on it waits for a provider: that can take as long as a large piece
 * does. And so is an HTTP/1.1 connection on which a request's head has begun and does not end, as a
 * client that sends one byte now and then is never idle. Confined to the connection's event loop.
 *
 * <p>Vert.x tells of a cleartext connection only with its first request, so up to then its own idle
 * timeout is all there is.
 */
public final class Patience extends IdleStateHandler {

  /** The name that Vert.x gives the decoder of HTTP/1.1; HTTP/2 has none, and times its own. */
  private static final String HTTP_1_DECODER = "httpDecoder";

  /** The name of Vert.x's own idle timeout. */
  private static final String VERTX_IDLE = "idle";

  private final long headMillis;
  private boolean answering;
  private long heads;
  private int waiting;
  private @Nullable ScheduledFuture<?> head;

  private Patience(long idleMillis, long headMillis) {
    super(0, 0, idleMillis, TimeUnit.MILLISECONDS);
    this.headMillis = headMillis;
  }

  /**
   * Watches a new connection, on which the first head is under way.
   *
   * @param idleMillis how long nothing may move
   * @param headMillis how long a head may take from its first byte on
   */
  public static void watch(HttpConnection connection, long idleMillis, long headMillis) {
    if (connection instanceof ConnectionBase base) {
      Patience patience = new Patience(idleMillis, headMillis);
      ChannelPipeline pipeline = base.channel().pipeline();
      patience.join(pipeline);
      patience.headBegins(pipeline.context(patience));
    }
  }

  private void join(ChannelPipeline pipeline) {
    if (pipeline.get(VERTX_IDLE) != null) {
      pipeline.remove(VERTX_IDLE);
    }
    pipeline.addFirst(this);
  }

  /** A request's head is complete. */
  public static void headCame(HttpConnection connection) {
    Patience patience = of(connection);
    if (patience != null) {
      patience.answering = true;
      patience.heads++;
      patience.headEnds();
    }
  }

  /** A request is answered. */
  public static void answered(HttpConnection connection) {
    Patience patience = of(connection);
    if (patience != null) {
      patience.answering = false;
    }
  }

  /** A response waits for a provider, or no longer does. */
  static void waits(HttpConnection connection, boolean begins) {
    Patience patience = of(connection);
    if (patience != null) {
      patience.waiting += begins ? 1 : -1;
    }
  }

  private static @Nullable Patience of(HttpConnection connection) {
    return connection instanceof ConnectionBase base
        ? base.channel().pipeline().get(Patience.class)
        : null;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    long before = heads;
    super.channelRead(ctx, message);
    // most heads come in one piece, and need no timer
    if (heads == before) {
      headBegins(ctx);
    }
  }

  /**
   * Once a request has upgraded its connection to HTTP/2, Vert.x removes all that is not its own.
   */
  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) throws Exception {
    super.handlerRemoved(ctx);
    headEnds();
    if (ctx.channel().isActive()) {
      Patience successor = new Patience(getAllIdleTimeInMillis(), headMillis);
      successor.answering = answering;
      successor.waiting = waiting;
      // when Vert.x is done, and has put its own in the place
      ctx.executor().execute(() -> successor.join(ctx.pipeline()));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    headEnds();
    super.channelInactive(ctx);
  }

  @Override
  protected void channelIdle(ChannelHandlerContext ctx, IdleStateEvent event) {
    ChannelOutboundBuffer unsent = ctx.channel().unsafe().outboundBuffer();
    boolean clientHasAll = unsent == null || unsent.totalPendingWriteBytes() == 0;
    if (waiting == 0 || !clientHasAll) {
      close(ctx);
    }
  }

  private void headBegins(ChannelHandlerContext ctx) {
    if (head == null && !answering && ctx.pipeline().get(HTTP_1_DECODER) != null) {
      head = ctx.executor().schedule(() -> close(ctx), headMillis, TimeUnit.MILLISECONDS);
    }
  }

  private void headEnds() {
    if (head != null) {
      head.cancel(false);
      head = null;
    }
  }

  private static void close(ChannelHandlerContext ctx) {
    var _ = ctx.close();
  }
}
