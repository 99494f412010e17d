package io.filcdn.retrieval.delivery;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelProgressivePromise;
import io.netty.channel.FileRegion;
import java.util.ArrayDeque;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A meter of the bytes of each response body that a cleartext HTTP/1.1 connection's socket has
 * accepted, to the byte, also within a buffer and within sendfile. It sits next to the socket and
 * watches two counts grow: bytes handed down, and bytes that the socket took. A body is a stretch
 * of the first count; whatever of that stretch lies below the second count was accepted. Confined
 * to the connection's event loop.
 */
final class SocketMeter extends ChannelOutboundHandlerAdapter {

  private final ArrayDeque<Body> bodies = new ArrayDeque<>();
  private long handedDown;
  private long accepted;

  /** The meter of {@code channel}, where it has one. */
  static @Nullable SocketMeter of(Channel channel) {
    return channel.pipeline().get(SocketMeter.class);
  }

  /**
   * Begins a body right after its first bytes were handed down.
   *
   * @param length of the whole body
   * @param written how many of them were handed down by now, as the last bytes of all
   * @param listener is told of every byte accepted
   */
  void begin(long length, long written, LongConsumer listener) {
    long start = handedDown - written;
    bodies.add(new Body(start, start + length, listener));
    report(Math.min(start, accepted));
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    long size = sizeOf(message);
    if (size == 0) {
      var _ = ctx.write(message, promise);
      return;
    }
    handedDown += size;
    var _ = ctx.write(message, new MeteredPromise(ctx.channel(), promise));
  }

  private static long sizeOf(Object message) {
    return switch (message) {
      case ByteBuf bytes -> bytes.readableBytes();
      case FileRegion region -> region.count();
      default -> 0;
    };
  }

  /** Tells the bodies in flight of the bytes accepted from {@code before} on. */
  private void report(long before) {
    for (Body body = bodies.peek(); body != null; body = bodies.peek()) {
      long from = Math.max(before, body.start);
      long to = Math.min(accepted, body.end);
      if (to > from) {
        body.listener.accept(to - from);
      }
      if (accepted < body.end) {
        return;
      }
      bodies.remove();
    }
  }

  /** A stretch of the bytes handed down. */
  private record Body(long start, long end, LongConsumer listener) {}

  /**
   * A promise that learns of each part of a message that the socket takes, and passes the outcome
   * on.
   */
  private final class MeteredPromise extends DefaultChannelProgressivePromise {

    private final ChannelPromise outcome;
    private long taken;

    MeteredPromise(Channel channel, ChannelPromise outcome) {
      super(channel);
      this.outcome = outcome;
    }

    @Override
    public boolean tryProgress(long progress, long total) {
      long before = accepted;
      accepted += progress - taken;
      taken = progress;
      report(before);
      return true;
    }

    @Override
    public boolean trySuccess(Void result) {
      return super.trySuccess(null) && (outcome.isVoid() || outcome.trySuccess(null));
    }

    @Override
    public boolean tryFailure(Throwable cause) {
      return super.tryFailure(cause) && outcome.tryFailure(cause);
    }
  }
}
