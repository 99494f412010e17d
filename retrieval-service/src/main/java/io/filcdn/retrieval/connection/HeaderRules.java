package io.filcdn.retrieval.connection;

import io.filcdn.retrieval.request.HostName;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The rules of RFC 9113 on a request's head beyond what Netty and Vert.x check: values without line
 * ends and NUL, and one host that it is for. A stream whose head does not keep to it is reset.
 * Confined to the connection's event loop.
 */
final class HeaderRules extends Http2FrameListenerDecorator {

  private HeaderRules(Http2FrameListener vertx) {
    super(vertx);
  }

  /** Has the heads of a connection, where it is one of HTTP/2, pass the rules first. */
  static void begin(HttpConnection connection) {
    if (connection instanceof Http2FrameListener vertx
        && connection instanceof ConnectionBase base) {
      base.channel()
          .pipeline()
          .get(Http2ConnectionHandler.class)
          .decoder()
          .frameListener(new HeaderRules(vertx));
    }
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx, int stream, Http2Headers headers, int padding, boolean last)
      throws Http2Exception {
    check(stream, headers);
    super.onHeadersRead(ctx, stream, headers, padding, last);
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx,
      int stream,
      Http2Headers headers,
      int dependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean last)
      throws Http2Exception {
    check(stream, headers);
    super.onHeadersRead(ctx, stream, headers, dependency, weight, exclusive, padding, last);
  }

  private static void check(int stream, Http2Headers headers) throws Http2Exception {
    for (Map.Entry<CharSequence, CharSequence> header : headers) {
      if (endsLine(header.getValue())) {
        throw malformed(stream, "expected a value of one line, found a line's end or NUL");
      }
    }
    // trailers are for nobody
    if (headers.method() != null) {
      checkHost(stream, headers);
    }
  }

  private static boolean endsLine(CharSequence value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c <= '\r' && (c == '\r' || c == '\n' || c == 0)) {
        return true;
      }
    }
    return false;
  }

  /** Vert.x knows names of hosts by their very letters; so it gets only the one that decides. */
  private static void checkHost(int stream, Http2Headers headers) throws Http2Exception {
    List<CharSequence> hosts = headers.getAll(HttpHeaderNames.HOST);
    CharSequence authority = headers.authority();
    if (hosts.size() > 1 || (hosts.isEmpty() && authority == null)) {
      throw malformed(stream, "expected one host, found " + hosts.size());
    }
    if (!hosts.isEmpty()) {
      String host = HostName.inAuthority(hosts.getFirst().toString());
      if (host == null
          || (authority != null
              && !Objects.equals(host, HostName.inAuthority(authority.toString())))) {
        throw malformed(stream, "expected the same host in :authority and host, found two");
      }
      if (authority != null) {
        headers.remove(HttpHeaderNames.HOST);
      }
    }
  }

  private static Http2Exception malformed(int stream, String what) {
    return Http2Exception.streamError(stream, Http2Error.PROTOCOL_ERROR, what);
  }
}
