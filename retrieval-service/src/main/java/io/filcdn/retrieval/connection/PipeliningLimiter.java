package io.filcdn.retrieval.connection;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;

/**
 * A limiter that lets the requests of an HTTP/1.1 connection through one at a time: the next when
 * the client's socket has the answer to the one before. A client may send requests without waiting
 * for answers (pipelining, RFC 9112); Vert.x would queue them without bound, and begin the next
 * within the end of the one before. A client that says it sends no more gets the answers to what it
 * has sent, then the connection ends. Confined to the connection's event loop.
 */
public final class PipeliningLimiter extends ChannelDuplexHandler {

  /** The number of parts of requests that may wait before nothing more is read. */
  private static final int MOST = 32;

  private final ArrayDeque<Object> held = new ArrayDeque<>();
  private boolean answering;
  private boolean inputEnded;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (held.isEmpty() && mayPass(message)) {
      pass(ctx, message);
    } else {
      held.add(message);
      if (held.size() >= MOST) {
        ctx.channel().config().setAutoRead(false);
      }
    }
  }

  private boolean mayPass(Object message) {
    return !answering || !(message instanceof HttpRequest);
  }

  private void pass(ChannelHandlerContext ctx, Object message) {
    answering |= message instanceof HttpRequest;
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (endsAnswer(message)) {
      var _ = ctx.write(message, promise.unvoid().addListener(sent -> answered(ctx)));
    } else {
      var _ = ctx.write(message, promise);
    }
  }

  /** True for the last that is written of an answer. */
  static boolean endsAnswer(Object message) {
    return message instanceof LastHttpContent && !isInterim(message);
  }

  /** Such as 100: the answer is still to come. */
  private static boolean isInterim(Object message) {
    return message instanceof HttpResponse response
        && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
  }

  private void answered(ChannelHandlerContext ctx) {
    answering = false;
    if (!held.isEmpty()) {
      // in a turn of its own: others have not yet heard that the answer is sent
      ctx.executor().execute(() -> passNext(ctx));
    } else {
      closeIfDone(ctx);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputEnded = true;
      closeIfDone(ctx);
    }
    ctx.fireUserEventTriggered(event);
  }

  private void closeIfDone(ChannelHandlerContext ctx) {
    if (inputEnded && !answering && held.isEmpty()) {
      var _ = ctx.close();
    }
  }

  private void passNext(ChannelHandlerContext ctx) {
    if (held.isEmpty()) {
      // the connection has ended meanwhile
      return;
    }
    // a request, and what belongs to it
    while (!held.isEmpty() && mayPass(held.peek())) {
      pass(ctx, held.poll());
    }
    if (held.isEmpty()) {
      ctx.channel().config().setAutoRead(true);
    }
    // Vert.x flushes what it has written by now
    ctx.fireChannelReadComplete();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    held.forEach(ReferenceCountUtil::release);
    held.clear();
  }
}
