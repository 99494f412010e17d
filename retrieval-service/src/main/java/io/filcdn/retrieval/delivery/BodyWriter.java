package io.filcdn.retrieval.delivery;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The writer of one response's body, which tells of each byte that the client's socket accepted: on
 * HTTP/1.1 as {@link SocketMeter} sees it, on HTTP/2 when a write is complete. Confined to the
 * connection's event loop.
 */
public final class BodyWriter {

  /** The bytes of a write whose parts are not seen: as few as those of an HTTP/2 frame. */
  private static final int UNSEEN_CHUNK = 16 << 10;

  private static final int COPIED_AT_ONCE = 64 << 10;

  private final HttpServerResponse response;
  private final boolean framed;
  private final boolean encrypted;
  private final long length;
  private final LongConsumer accepted;
  private final @Nullable SocketMeter socketMeter;
  private final @Nullable FlushHold flushes;
  private boolean begun;

  /** The number of writes, or of parts of them that are not seen, that are not complete yet. */
  private int underWay;

  private boolean broken;
  private @Nullable Runnable whenSettled;

  /**
   * @param length of the whole body
   * @param accepted is told how many more bytes were accepted
   */
  BodyWriter(HttpServerRequest request, long length, LongConsumer accepted) {
    this.response = request.response();
    this.framed = request.version() == HttpVersion.HTTP_2;
    this.encrypted = request.isSSL();
    this.length = length;
    this.accepted = accepted;
    @Nullable Channel channel =
        request.connection() instanceof ConnectionBase connection ? connection.channel() : null;
    this.socketMeter = framed || channel == null ? null : SocketMeter.of(channel);
    this.flushes = framed && channel != null ? FlushHold.of(channel) : null;
  }

  /** Prepares a new connection for counting at its socket. */
  public static void meter(HttpConnection connection) {
    if (connection instanceof ConnectionBase base) {
      SocketMeter.install(base.channel().pipeline());
    }
  }

  /**
   * The most bytes that may be written at once. What is not sent as it lies in memory is copied, a
   * copy a client.
   */
  long most() {
    return socketMeter != null && !encrypted ? Long.MAX_VALUE : COPIED_AT_ONCE;
  }

  /**
   * Writes a part of the body, which stays the caller's until the write is complete, and where that
   * fails until the event loop's turn is over: what was handed to TLS in it is encrypted at its
   * end.
   */
  Future<Void> write(ByteBuf chunk, boolean last) {
    return socketMeter != null ? writeSeen(chunk, last, socketMeter) : writeUnseen(chunk, last);
  }

  private Future<Void> writeSeen(ByteBuf chunk, boolean last, SocketMeter meter) {
    int written = chunk.readableBytes();
    underWay++;
    Future<Void> done = send(chunk, last);
    if (!begun) {
      begun = true;
      meter.begin(length, written, accepted);
    }
    // its meter has told all of it by then
    done.onComplete(sent -> completed());
    return done;
  }

  private Future<Void> writeUnseen(ByteBuf chunk, boolean last) {
    return flushes == null
        ? writeFrames(chunk, last)
        : flushes.onceFor(() -> writeFrames(chunk, last));
  }

  private Future<Void> writeFrames(ByteBuf chunk, boolean last) {
    int end = chunk.readableBytes();
    int parts = Math.ceilDiv(end, UNSEEN_CHUNK);
    List<Future<Void>> written = new ArrayList<>(parts);
    // all of them, before the first can be complete
    underWay += parts;
    for (int at = 0; at < end; at += UNSEEN_CHUNK) {
      int part = Math.min(UNSEEN_CHUNK, end - at);
      written.add(
          send(lasting(chunk.slice(at, part)), last && at + part == end)
              .onComplete(sent -> completed(part, sent.succeeded())));
    }
    // of a stream that is reset, the last can fail while those before it are still to be encrypted
    return Future.join(written).mapEmpty();
  }

  /**
   * A write to a stream fails when the stream is reset, while a part of it may still be on its way
   * to the socket. With TLS that is encrypted within the turn of the event loop, and lies elsewhere
   * then.
   */
  private ByteBuf lasting(ByteBuf part) {
    return encrypted ? part : Unpooled.copiedBuffer(part);
  }

  private Future<Void> send(ByteBuf part, boolean last) {
    Buffer buffer = BufferImpl.buffer(part);
    return last ? response.end(buffer) : response.write(buffer);
  }

  /** Of the first frame that fails, a part may have got through. */
  private void completed(int part, boolean sent) {
    boolean took = sent || (framed && !broken);
    broken |= !sent;
    try {
      if (took) {
        accepted.accept(part);
      }
    } finally {
      completed();
    }
  }

  private void completed() {
    underWay--;
    if (underWay == 0 && whenSettled != null) {
      whenSettled.run();
    }
  }

  /**
   * Runs {@code then} when nothing more will be accepted, after the client has left or is sent
   * away: a stream can be closed before its last writes are known to be complete, and what was
   * written to a connection by TLS goes on for a moment as that is closed.
   */
  void settle(Runnable then) {
    if (underWay == 0) {
      then.run();
    } else {
      whenSettled = then;
    }
  }
}
