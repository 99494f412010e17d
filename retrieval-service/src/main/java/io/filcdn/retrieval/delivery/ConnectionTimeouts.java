package io.filcdn.retrieval.delivery;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The limits on how long an edge waits for the client of a connection. A connection on which
 * nothing moves is closed, unless a response on it waits for a provider: that can take as long as a
 * large piece does. And so is a connection whose first request's head is not complete in time,
 * whatever comes on it, or on which a later head has begun and does not end: a client that sends
 * one byte now and then is never idle. One of HTTP/2 is idle without requests, whatever else its
 * client sends. Confined to the connection's event loop.
 */
public final class ConnectionTimeouts extends IdleStateHandler {

  /** The name that Vert.x gives the decoder of HTTP/1.1. */
  public static final String HTTP_1_DECODER = "httpDecoder";

  private final long headMillis;
  private int answering;
  private long heads;
  private int waiting;

  /** The bytes of the write under way that had left when it was last looked. */
  private long left;

  private @Nullable ScheduledFuture<?> head;
  private @Nullable ScheduledFuture<?> rest;

  private ConnectionTimeouts(long idleMillis, long headMillis) {
    super(0, 0, idleMillis, TimeUnit.MILLISECONDS);
    this.headMillis = headMillis;
  }

  /**
   * Watches a new connection, on which the first head is under way.
   *
   * @param idleMillis how long nothing may move
   * @param headMillis how long a head may take from its first byte on, and the first head from now
   */
  public static void watch(Channel channel, long idleMillis, long headMillis) {
    ConnectionTimeouts patience = new ConnectionTimeouts(idleMillis, headMillis);
    channel.pipeline().addFirst(patience);
    patience.headBegins(channel.pipeline().context(patience));
  }

  /** A request's head is complete. */
  public static void headCame(HttpConnection connection) {
    ConnectionTimeouts patience = of(connection);
    if (patience != null) {
      patience.answering++;
      patience.heads++;
      patience.headEnds();
    }
  }

  /** A request is answered. */
  public static void answered(HttpConnection connection) {
    ConnectionTimeouts patience = of(connection);
    if (patience != null) {
      patience.answering--;
    }
  }

  /** A response waits for a provider, or no longer does. */
  public static void waits(HttpConnection connection, boolean begins) {
    ConnectionTimeouts patience = of(connection);
    if (patience != null) {
      patience.waiting += begins ? 1 : -1;
    }
  }

  private static @Nullable ConnectionTimeouts of(HttpConnection connection) {
    return connection instanceof ConnectionBase base
        ? base.channel().pipeline().get(ConnectionTimeouts.class)
        : null;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    long before = heads;
    super.channelRead(ctx, message);
    // most heads come in one piece, and need no timer
    if (heads == before && answering == 0 && ctx.pipeline().get(HTTP_1_DECODER) != null) {
      headBegins(ctx);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    headEnds();
    if (rest != null) {
      rest.cancel(false);
    }
    super.channelInactive(ctx);
  }

  @Override
  protected void channelIdle(ChannelHandlerContext ctx, IdleStateEvent event) {
    ChannelOutboundBuffer unsent = ctx.channel().unsafe().outboundBuffer();
    boolean clientHasAll = unsent == null || unsent.totalPendingWriteBytes() == 0;
    boolean goesOn = clientHasAll ? waiting > 0 : moves(unsent, event);
    if (!goesOn) {
      close(ctx);
    }
  }

  /**
   * True where bytes of the write under way left since it was last looked. A large one moves for
   * long before it is complete, and only then the time begins anew: what has left of it by the
   * first event left within that time.
   */
  private boolean moves(ChannelOutboundBuffer unsent, IdleStateEvent event) {
    long before = event.isFirst() ? 0 : left;
    left = unsent.currentProgress();
    return left > before;
  }

  /** A head has begun. */
  public void headBegins(ChannelHandlerContext ctx) {
    if (head == null) {
      head = ctx.executor().schedule(() -> close(ctx), headMillis, TimeUnit.MILLISECONDS);
    }
  }

  /** The head that had begun has ended. */
  public void headEnds() {
    if (head != null) {
      head.cancel(false);
      head = null;
    }
  }

  /** The connection is one of HTTP/2. */
  public void beginHttp2(ChannelHandlerContext ctx) {
    restsUnlessAsked(ctx, heads);
  }

  /** Looks whether there was a request within the time that a connection may be idle. */
  private void restsUnlessAsked(ChannelHandlerContext ctx, long headsBefore) {
    rest =
        ctx.executor()
            .schedule(
                () -> {
                  if (answering == 0 && heads == headsBefore) {
                    close(ctx);
                  } else {
                    restsUnlessAsked(ctx, heads);
                  }
                },
                getAllIdleTimeInMillis(),
                TimeUnit.MILLISECONDS);
  }

  private static void close(ChannelHandlerContext ctx) {
    var _ = ctx.close();
  }
}
