package io.filcdn.retrieval.delivery;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A hold on the flushes of an HTTP/2 connection, so that frames that are written together reach the
 * socket by one call: Vert.x flushes each. Confined to the connection's event loop.
 */
public final class FlushHold extends ChannelOutboundHandlerAdapter {

  private @Nullable ChannelHandlerContext context;
  private boolean held;
  private boolean asked;

  /** The one of {@code channel}, where it has one. */
  static @Nullable FlushHold of(Channel channel) {
    return channel.pipeline().get(FlushHold.class);
  }

  /** Does some writes, and flushes once where one of them was to be flushed. */
  <T> T onceFor(Supplier<T> writes) {
    if (held) {
      return writes.get();
    }
    held = true;
    asked = false;
    T result;
    try {
      result = writes.get();
    } finally {
      held = false;
    }
    if (asked && context != null) {
      var _ = context.flush();
    }
    return result;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    if (held) {
      asked = true;
    } else {
      var _ = ctx.flush();
    }
  }
}
