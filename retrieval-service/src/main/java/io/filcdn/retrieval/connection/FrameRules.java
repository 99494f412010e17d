package io.filcdn.retrieval.connection;

import io.filcdn.retrieval.delivery.ConnectionTimeouts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Objects;

/**
 * The rules on the frames of an HTTP/2 client, counted as they come, before anything is done with
 * them. A client that sends more of them than its {@link FrameBudget} has is told to go away. And a
 * head, or a frame, that has begun must end in time, whatever comes in between. Confined to the
 * connection's event loop.
 *
 * <p>Netty bounds some floods by itself (empty DATA, small CONTINUATION frames). Others it only
 * answers, one by one.
 */
final class FrameRules extends ChannelDuplexHandler {

  private static final long FOR_EVER = -1;

  /**
   * The cost of a reset, by the client or for its fault: it throws away what the edge has done for
   * it.
   */
  private static final int RESET = 5;

  private static final int RESET_LENGTH = Http2CodecUtil.FRAME_HEADER_LENGTH + Integer.BYTES;
  private static final int TYPE_AT = 3;

  /** The bytes of a frame's header that tell its length, type and flags. */
  private static final int LOOKED_AT = 5;

  private final FrameBudget budget = new FrameBudget(System::nanoTime);
  private int prefaceLeft = Http2CodecUtil.connectionPrefaceBuf().readableBytes();

  /** The bytes that have come of the frame's header, up to its flags. */
  private long header;

  private int headerBytes;
  private int payloadLeft;
  private boolean headUnfinished;
  private boolean frameEnded;
  private boolean headsSeen;
  private boolean shut;

  /** A request has come that is one: its head was worth its frame. */
  static void requestCame(HttpConnection connection) {
    FrameRules rules =
        connection instanceof ConnectionBase base
            ? base.channel().pipeline().get(FrameRules.class)
            : null;
    if (rules != null) {
      rules.budget.giveBack();
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    patience(ctx).beginHttp2(ctx);
  }

  private static ConnectionTimeouts patience(ChannelHandlerContext ctx) {
    return Objects.requireNonNull(ctx.pipeline().get(ConnectionTimeouts.class));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (shut) {
      ReferenceCountUtil.release(message);
    } else if (!(message instanceof ByteBuf bytes) || look(bytes)) {
      ctx.fireChannelRead(message);
      time(ctx);
    } else {
      ReferenceCountUtil.release(message);
      sendAway(ctx);
    }
  }

  /**
   * Follows the frames in some bytes.
   *
   * @return whether the budget allows them
   */
  private boolean look(ByteBuf bytes) {
    int at = bytes.readerIndex();
    while (at < bytes.writerIndex()) {
      int left = bytes.writerIndex() - at;
      if (prefaceLeft > 0) {
        int part = Math.min(prefaceLeft, left);
        prefaceLeft -= part;
        at += part;
      } else if (payloadLeft > 0) {
        int part = Math.min(payloadLeft, left);
        payloadLeft -= part;
        at += part;
        endFrame();
      } else if (!lookAtHeader(bytes.getByte(at++))) {
        return false;
      }
    }
    return true;
  }

  private boolean lookAtHeader(byte next) {
    if (headerBytes < LOOKED_AT) {
      header = header << Byte.SIZE | next & 0xff;
    }
    if (++headerBytes < Http2CodecUtil.FRAME_HEADER_LENGTH) {
      return true;
    }
    payloadLeft = (int) (header >> 16);
    int type = (int) (header >> Byte.SIZE & 0xff);
    if (!budget.take(type == Http2FrameTypes.RST_STREAM ? RESET : 1)) {
      return false;
    }
    endFrame();
    return true;
  }

  /** Ends the frame whose header has come, if its payload has too. */
  private void endFrame() {
    if (payloadLeft == 0) {
      int type = (int) (header >> Byte.SIZE & 0xff);
      if (type == Http2FrameTypes.HEADERS || type == Http2FrameTypes.CONTINUATION) {
        headUnfinished = (header & Http2Flags.END_HEADERS) == 0;
        headsSeen |= !headUnfinished;
      }
      header = 0;
      headerBytes = 0;
      frameEnded = true;
    }
  }

  /** The first head has its time from the connection's begin on, all else from its own. */
  private void time(ChannelHandlerContext ctx) {
    if (headsSeen) {
      ConnectionTimeouts patience = patience(ctx);
      if (frameEnded && !headUnfinished) {
        patience.headEnds();
      }
      if (headerBytes > 0 || headUnfinished) {
        patience.headBegins(ctx);
      }
    }
    frameEnded = false;
  }

  private void sendAway(ChannelHandlerContext ctx) {
    shut = true;
    ChannelHandlerContext http2 = ctx.pipeline().context(Http2ConnectionHandler.class);
    Http2ConnectionHandler handler = (Http2ConnectionHandler) http2.handler();
    handler
        .encoder()
        .writeGoAway(
            http2,
            handler.connection().remote().lastStreamCreated(),
            Http2Error.ENHANCE_YOUR_CALM.code(),
            Unpooled.EMPTY_BUFFER,
            http2.newPromise())
        .addListener(sent -> LingeringClose.close(ctx, ctx.newPromise()));
    http2.flush();
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes) {
      budget.sent(bytes.readableBytes());
      if (isResetForFault(bytes)) {
        budget.charge(RESET);
      }
    }
    var _ = ctx.write(message, promise);
  }

  /**
   * True where a stream is reset because of what the client sent; the edge's own code is another.
   */
  private static boolean isResetForFault(ByteBuf written) {
    int at = written.readerIndex();
    return written.readableBytes() == RESET_LENGTH
        && written.getMedium(at) == RESET_LENGTH - Http2CodecUtil.FRAME_HEADER_LENGTH
        && written.getByte(at + TYPE_AT) == Http2FrameTypes.RST_STREAM
        && written.getUnsignedInt(at + Http2CodecUtil.FRAME_HEADER_LENGTH)
            != Http2Error.INTERNAL_ERROR.code();
  }

  /** Nothing more comes from the client: the streams under way are the last. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      ctx.pipeline().get(Http2ConnectionHandler.class).gracefulShutdownTimeoutMillis(FOR_EVER);
      var _ = ctx.channel().close();
    }
    ctx.fireUserEventTriggered(event);
  }
}
