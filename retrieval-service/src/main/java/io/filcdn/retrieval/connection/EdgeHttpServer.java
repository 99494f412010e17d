package io.filcdn.retrieval.connection;

import io.filcdn.retrieval.connection.ConnectionLimits.Place;
import io.filcdn.retrieval.delivery.BodyWriter;
import io.filcdn.retrieval.delivery.ConnectionTimeouts;
import io.filcdn.retrieval.delivery.SendBuffer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.traffic.GlobalTrafficShapingHandler;
import io.netty.util.AttributeKey;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.HttpServerImpl;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.SslChannelProvider;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A server of Vert.x that has a say in each connection from its accept on: whether there is a place
 * for it, how long its client may take, and by which rules it is read. Vert.x itself tells of a
 * connection only when its first request has been read.
 */
public final class EdgeHttpServer extends HttpServerImpl {

  private static final AttributeKey<Place> PLACE = AttributeKey.valueOf("filcdn-place");

  private final HttpServerOptions decoding;
  private final ConnectionLimits limits;
  private final Bounds bounds;

  /**
   * The bounds on how long clients may take, and on what is kept for them.
   *
   * @param idleMillis how long nothing may move on a connection
   * @param headMillis how long the head of a request may take
   * @param unsentBytes how many the kernel takes for a client and cannot send yet
   */
  public record Bounds(long idleMillis, long headMillis, long unsentBytes) {}

  public EdgeHttpServer(
      Vertx vertx,
      HttpServerOptions options,
      ConnectionLimits limits,
      OpenConnections connections,
      Bounds bounds) {
    super((VertxInternal) vertx, options);
    this.decoding = options;
    this.limits = limits;
    this.bounds = bounds;
    connectionHandler(
        connection -> {
          connections.add(connection);
          BodyWriter.meter(connection);
          SendBuffer.bound(connection, bounds.unsentBytes());
          HeaderRules.begin(connection);
        });
  }

  @Override
  protected BiConsumer<Channel, SslChannelProvider> childHandler(
      ContextInternal context,
      SocketAddress address,
      @Nullable GlobalTrafficShapingHandler shaping) {
    BiConsumer<Channel, SslChannelProvider> vertx = super.childHandler(context, address, shaping);
    return (channel, ssl) -> {
      Optional<Place> place = enter(channel);
      if (place.isPresent()) {
        channel.closeFuture().addListener(closed -> place.get().leave());
        channel.attr(PLACE).set(place.get());
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        vertx.accept(channel, ssl);
        ConnectionTimeouts.watch(channel, bounds.idleMillis(), bounds.headMillis());
        ProtocolRules.begin(channel.pipeline(), decoding);
      } else {
        var _ = channel.close();
      }
    };
  }

  private Optional<Place> enter(Channel channel) {
    // null where the client has left already
    return channel.remoteAddress() instanceof InetSocketAddress client
        ? limits.enter(
            client.getAddress(),
            () -> {
              var _ = channel.close();
            })
        : Optional.empty();
  }

  /** A request has come, and is to be answered. */
  public static void requestBegins(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    ConnectionTimeouts.headCame(connection);
    if (request.version() == HttpVersion.HTTP_2) {
      FrameRules.requestCame(connection);
    }
    Place place = place(connection);
    if (place != null) {
      place.requestBegins();
    }
  }

  /**
   * A request has ended.
   *
   * @param withPiece whether it was for a piece that the client may have
   */
  public static void requestEnds(HttpConnection connection, boolean withPiece) {
    ConnectionTimeouts.answered(connection);
    Place place = place(connection);
    if (place != null) {
      place.requestEnds(withPiece);
    }
  }

  private static @Nullable Place place(HttpConnection connection) {
    return connection instanceof ConnectionBase base ? base.channel().attr(PLACE).get() : null;
  }
}
