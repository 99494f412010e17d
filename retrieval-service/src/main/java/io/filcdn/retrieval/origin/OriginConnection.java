package io.filcdn.retrieval.origin;

import io.filcdn.retrieval.address.Prefix;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A connection of HTTP/1.1 to a provider, as far as Vert.x does not tell of it: at which host it
 * ends, whether it was used before, and whether it has brought a byte since the last request was
 * sent on it. Interim answers (1xx) end here, as Vert.x takes those it does not know for answers.
 */
final class OriginConnection {

  private static final AttributeKey<OriginConnection> KEY =
      AttributeKey.valueOf(OriginConnection.class.getName());

  /** So many interim answers may come before an answer. */
  private static final int MOST_INTERIM = 32;

  private final Prefix host;
  private volatile boolean used;
  private volatile boolean silent;

  private OriginConnection(Prefix host) {
    this.host = host;
  }

  /** Watches a connection that was just made. Called on its event loop. */
  static void watch(HttpConnection made) {
    Channel channel = ((ConnectionBase) made).channel();
    OriginConnection connection = new OriginConnection(host(channel));
    channel.attr(KEY).set(connection);
    ChannelPipeline pipeline = channel.pipeline();
    String codec = pipeline.context(HttpClientCodec.class).name();
    pipeline.addBefore(codec, "filcdn-bytes", connection.new Bytes());
    pipeline.addAfter(codec, "filcdn-interim", new InterimAnswers());
  }

  private static Prefix host(Channel connected) {
    return Prefix.of(((InetSocketAddress) connected.remoteAddress()).getAddress()).getFirst();
  }

  /** The machine at the other end, by its address: an IPv4 address, or an IPv6 /64. */
  Prefix host() {
    return host;
  }

  static OriginConnection of(HttpConnection connection) {
    return ((ConnectionBase) connection).channel().attr(KEY).get();
  }

  /**
   * A request is about to be sent.
   *
   * @return whether another was before
   */
  boolean begin() {
    boolean reused = used;
    used = true;
    silent = true;
    return reused;
  }

  /** True where no byte has come since the last request. */
  boolean isSilent() {
    return silent;
  }

  private final class Bytes extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      silent = false;
      ctx.fireChannelRead(message);
    }
  }

  /**
   * A filter that drops interim answers; a switch of protocols that nobody asked for is an answer,
   * and wrong.
   */
  private static final class InterimAnswers extends ChannelInboundHandlerAdapter {
    private boolean dropping;
    private int dropped;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof HttpResponse head && head.decoderResult().isSuccess()) {
        dropping = isInterim(head.status());
        dropped = dropping ? dropped + 1 : 0;
      }
      if (!dropping) {
        ctx.fireChannelRead(message);
        return;
      }
      dropping = !(message instanceof LastHttpContent);
      ReferenceCountUtil.release(message);
      if (dropped > MOST_INTERIM) {
        ctx.fireExceptionCaught(
            new IOException("expected an answer after %d interim ones".formatted(MOST_INTERIM)));
        var _ = ctx.close();
      }
    }

    private static boolean isInterim(HttpResponseStatus status) {
      return status.codeClass() == HttpStatusClass.INFORMATIONAL
          && status.code() != HttpResponseStatus.SWITCHING_PROTOCOLS.code();
    }
  }
}
