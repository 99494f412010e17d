package io.filcdn.retrieval.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpConstants;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The decoder of HTTP/1.1, which takes a head with folded lines for unreadable (RFC 9112, 5.2), and
 * a chunk whose size is followed by what is no extension (7.1). Netty's own joins the lines and
 * passes over the rest, so that nothing behind it can tell. Confined to its event loop.
 */
final class StrictRequestDecoder extends VertxHttpRequestDecoder {

  private boolean inHead = true;
  private boolean atLineStart;
  private boolean folded;
  private @Nullable ChunkSizes chunks;

  StrictRequestDecoder(HttpServerOptions options) {
    super(options);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    int from = in.readerIndex();
    int known = out.size();
    super.decode(ctx, in, out);
    if (inHead && in.readerIndex() > from) {
      folded |= hasFold(in, from, in.readerIndex());
    } else if (chunks != null && !chunks.areWellFormed(in, from, in.readerIndex())) {
      out.add(brokenChunk());
    }
    for (int i = known; i < out.size(); i++) {
      decoded(out.get(i));
    }
  }

  /** True where a line of the head that was just read begins with white space. */
  private boolean hasFold(ByteBuf in, int from, int to) {
    int lineStart = atLineStart ? from : nextLine(in, from, to);
    while (lineStart < to) {
      byte first = in.getByte(lineStart);
      if (first == HttpConstants.SP || first == HttpConstants.HT) {
        return true;
      }
      lineStart = nextLine(in, lineStart, to);
    }
    atLineStart = true;
    return false;
  }

  private static int nextLine(ByteBuf in, int from, int to) {
    int end = in.indexOf(from, to, HttpConstants.LF);
    return end < 0 ? to : end + 1;
  }

  private void decoded(Object part) {
    if (part instanceof HttpRequest request) {
      inHead = false;
      chunks = HttpUtil.isTransferEncodingChunked(request) ? new ChunkSizes() : null;
      if (folded && request.decoderResult().isSuccess()) {
        request.setDecoderResult(
            DecoderResult.failure(
                new IllegalArgumentException("expected one line a header, found a folded one")));
      }
    }
    if (part instanceof LastHttpContent) {
      inHead = true;
      atLineStart = false;
      folded = false;
      chunks = null;
    }
  }

  /**
   * The chunks are the body, and the length is no part of the message (RFC 9112, 6.3). Whoever
   * believed the length instead is answered once: {@link RequestGate} takes no request after it.
   */
  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    clearContentLength();
    message.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
  }

  private static LastHttpContent brokenChunk() {
    LastHttpContent broken = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
    broken.setDecoderResult(
        DecoderResult.failure(
            new IllegalArgumentException("expected the size of a chunk, found another thing")));
    return broken;
  }
}
