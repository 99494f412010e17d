package io.filcdn.retrieval.connection;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * A gate that lets the requests of an HTTP/1.1 connection in as far as they keep to the protocol. A
 * head that does not is marked, so that it is answered as unreadable. The body of a PUT goes on as
 * it comes, until the request is answered; where it breaks off, the request is marked too. Nothing
 * behind here gets another body: it is read to its end, or for some way, and thrown away.
 *
 * <p>A request with a body, and one that is unreadable, is the last of its connection: nothing that
 * comes after it is looked at, so what one side takes for a body and the other for a request (as
 * smuggled requests are) is never answered. Confined to the connection's event loop.
 */
final class RequestGate extends ChannelDuplexHandler {

  /**
   * The number of bytes of a body that are read before its request is answered without the rest.
   */
  private static final int BODY_BYTES_READ = 64 << 10;

  private static final String CUT_OFF =
      "expected the rest of the body, found the end of the connection";

  /** The request whose body is being read. */
  private @Nullable HttpRequest waiting;

  /** The request whose body goes on as it comes. */
  private @Nullable HttpRequest passing;

  /** The requests that went on and are not answered. */
  private int unanswered;

  private long bodyBytes;
  private boolean shut;
  private boolean bodyEnded;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (shut) {
      bodyEnded |= message instanceof LastHttpContent;
      ReferenceCountUtil.release(message);
    } else if (passing != null && message instanceof HttpContent content) {
      pass(ctx, passing, content);
    } else if (message instanceof HttpRequest request) {
      head(ctx, request);
    } else if (waiting != null && message instanceof HttpContent content) {
      body(ctx, waiting, content);
    } else {
      ctx.fireChannelRead(message);
    }
  }

  private void head(ChannelHandlerContext ctx, HttpRequest request) {
    // to HTTP/2 and WebSocket: a server may ignore it, and nothing is reached past the rules here
    request.headers().remove(HttpHeaderNames.UPGRADE);
    if (request.decoderResult().isSuccess()) {
      RequestRules.violation(request).ifPresent(what -> fail(request, what));
    }
    if (request.decoderResult().isFailure()) {
      if (!request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
        // the version of the answer
        request.setProtocolVersion(HttpVersion.HTTP_1_1);
      }
      passLast(ctx, request);
    } else if (!hasBody(request)) {
      unanswered++;
      ctx.fireChannelRead(request);
    } else if (request.method().equals(HttpMethod.PUT)) {
      passing = request;
      passHead(ctx, request);
    } else if (HttpUtil.is100ContinueExpected(request)) {
      passLast(ctx, request);
    } else {
      waiting = request;
    }
  }

  private static boolean hasBody(HttpRequest request) {
    return request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)
        || HttpUtil.getContentLength(request, 0L) > 0;
  }

  private void body(ChannelHandlerContext ctx, HttpRequest request, HttpContent part) {
    bodyBytes += part.content().readableBytes();
    part.release();
    bodyEnded = part instanceof LastHttpContent;
    if (part.decoderResult().isFailure()) {
      request.setDecoderResult(part.decoderResult());
    }
    if (bodyEnded || bodyBytes > BODY_BYTES_READ) {
      passLast(ctx, request);
    }
  }

  private void pass(ChannelHandlerContext ctx, HttpRequest request, HttpContent part) {
    bodyEnded = part instanceof LastHttpContent;
    if (part.decoderResult().isFailure()) {
      request.setDecoderResult(part.decoderResult());
      part.release();
      endBody(ctx);
    } else {
      if (bodyEnded) {
        passing = null;
        shut = true;
      }
      ctx.fireChannelRead(part);
    }
  }

  /** Ends a body that goes on, where it breaks off or no more of it is wanted. */
  private void endBody(ChannelHandlerContext ctx) {
    passing = null;
    shut = true;
    ctx.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
  }

  private static void fail(HttpRequest request, String what) {
    request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(what)));
  }

  /** Lets a request in as the last. */
  private void passLast(ChannelHandlerContext ctx, HttpRequest request) {
    shut = true;
    waiting = null;
    passHead(ctx, request);
    ctx.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
  }

  private void passHead(ChannelHandlerContext ctx, HttpRequest request) {
    unanswered++;
    request.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    ctx.fireChannelRead(request);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (PipeliningLimiter.endsAnswer(message) && --unanswered == 0 && passing != null) {
      var _ = ctx.write(message, promise.unvoid().addListener(sent -> answered(ctx)));
    } else {
      var _ = ctx.write(message, promise);
    }
  }

  private void answered(ChannelHandlerContext ctx) {
    if (passing != null) {
      endBody(ctx);
      ctx.fireChannelReadComplete();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      if (waiting != null) {
        fail(waiting, CUT_OFF);
        passLast(ctx, waiting);
        ctx.fireChannelReadComplete();
      } else if (passing != null) {
        fail(passing, CUT_OFF);
        endBody(ctx);
        ctx.fireChannelReadComplete();
      }
      bodyEnded = true;
    }
    ctx.fireUserEventTriggered(event);
  }

  /** Where a body is not read to its end, an end at once could cost the client the answer. */
  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (shut && !bodyEnded) {
      LingeringClose.close(ctx, promise);
    } else {
      var _ = ctx.close(promise);
    }
  }
}
