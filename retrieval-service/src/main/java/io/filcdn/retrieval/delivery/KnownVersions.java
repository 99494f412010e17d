package io.filcdn.retrieval.delivery;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.http.HttpConnection;

/**
 * Takes requests of other versions than HTTP/1.0 and 1.1 for unreadable. Vert.x would answer them
 * by itself, with 501 and without a word.
 */
public final class KnownVersions extends ChannelInboundHandlerAdapter {

  private KnownVersions() {}

  /** Watches a new connection. */
  public static void watch(HttpConnection connection) {
    Http1.seeRequests(connection, "filcdn-versions", new KnownVersions());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest request && !isKnown(request.protocolVersion())) {
      request.setDecoderResult(
          DecoderResult.failure(
              new IllegalArgumentException(
                  "expected HTTP/1.0 or 1.1, found " + request.protocolVersion())));
      request.setProtocolVersion(HttpVersion.HTTP_1_1);
    }
    ctx.fireChannelRead(message);
  }

  private static boolean isKnown(HttpVersion version) {
    return version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0);
  }
}
