package io.filcdn.retrieval.delivery;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelProgressivePromise;
import io.netty.channel.FileRegion;
import java.util.ArrayDeque;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A meter of the bytes of each response body that an HTTP/1.1 connection's socket has accepted. It
 * watches two counts grow: bytes handed down, and bytes that the socket took. A body is a stretch
 * of the first count; whatever of that stretch lies below the second count was accepted. Confined
 * to the connection's event loop.
 *
 * <p>In cleartext it sits next to the socket, and sees each byte, also within a buffer and within
 * sendfile. With TLS it sits before the encryption, and hands down what fills a record: the bytes
 * of a record are accepted when all of it is, as a client can read no part of one.
 */
final class SocketMeter extends ChannelOutboundHandlerAdapter {

  /** The bytes of a full record of TLS. */
  private static final int RECORD = 16 << 10;

  /** The name that Vert.x gives the encryption. */
  static final String TLS = "ssl";

  private final ArrayDeque<Body> bodies = new ArrayDeque<>();
  private final boolean encrypted;
  private long handedDown;
  private long accepted;

  /** With TLS, the bytes of the record that is not full yet. */
  private int inRecord;

  private SocketMeter(boolean encrypted) {
    this.encrypted = encrypted;
  }

  /** Puts one into the pipeline of a new connection, where that is one of HTTP/1.1. */
  static void install(ChannelPipeline pipeline) {
    if (pipeline.get(ConnectionTimeouts.HTTP_1_DECODER) == null) {
      return;
    }
    if (pipeline.get(TLS) == null) {
      pipeline.addFirst(new SocketMeter(false));
    } else {
      pipeline.addAfter(TLS, "filcdn-records", new SocketMeter(true));
    }
  }

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
    if (encrypted && message instanceof ByteBuf bytes) {
      writeRecords(ctx, bytes, promise);
    } else {
      var _ = ctx.write(message, new MeteredPromise(ctx.channel(), size, promise));
    }
  }

  /** Of several records, the last one tells the outcome: where one fails, those after it do. */
  private void writeRecords(ChannelHandlerContext ctx, ByteBuf bytes, ChannelPromise promise) {
    int room = RECORD - inRecord;
    while (bytes.readableBytes() > room) {
      var _ =
          ctx.write(
              bytes.readRetainedSlice(room),
              new MeteredPromise(ctx.channel(), room, ctx.newPromise()));
      room = RECORD;
      inRecord = 0;
    }
    int rest = bytes.readableBytes();
    inRecord = (inRecord + rest) % RECORD;
    var _ = ctx.write(bytes, new MeteredPromise(ctx.channel(), rest, promise));
  }

  /** Ends a record. */
  @Override
  public void flush(ChannelHandlerContext ctx) {
    inRecord = 0;
    var _ = ctx.flush();
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

    private final long size;
    private final ChannelPromise outcome;
    private long taken;

    MeteredPromise(Channel channel, long size, ChannelPromise outcome) {
      super(channel);
      this.size = size;
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
      // only the socket itself tells of parts
      tryProgress(size, size);
      return super.trySuccess(null) && (outcome.isVoid() || outcome.trySuccess(null));
    }

    @Override
    public boolean tryFailure(Throwable cause) {
      return super.tryFailure(cause) && outcome.tryFailure(cause);
    }
  }
}
