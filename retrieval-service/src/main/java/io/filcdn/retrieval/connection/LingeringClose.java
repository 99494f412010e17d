package io.filcdn.retrieval.connection;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.TimeUnit;

/**
 * The end of a connection whose client is still sending. To close it at once would have the kernel
 * reset it, and the client lose what it has not read yet; so the edge only says that nothing more
 * comes, which TLS has no half of, and closes a moment later.
 */
final class LingeringClose {

  private static final long MILLIS = 1_000;

  private LingeringClose() {}

  /** Ends a connection; who calls sees to it that nothing that still comes is looked at. */
  static void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (!(ctx.channel() instanceof DuplexChannel socket) || !socket.isActive()) {
      var _ = ctx.close(promise);
      return;
    }
    if (!socket.isOutputShutdown()) {
      if (ctx.pipeline().get(SslHandler.class) == null) {
        var _ = socket.shutdownOutput();
      }
      var late =
          ctx.executor()
              .schedule(
                  () -> {
                    var _ = ctx.close();
                  },
                  MILLIS,
                  TimeUnit.MILLISECONDS);
      socket.closeFuture().addListener(closed -> late.cancel(false));
    }
    socket.closeFuture().addListener((ChannelFutureListener) closed -> promise.trySuccess());
  }
}
