package io.filcdn.retrieval.delivery;

import io.filcdn.retrieval.usage.ResponseTally;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One response body on its way to a client. It follows the piece's bytes as they come, reads them
 * on a worker thread and writes them as fast as the client takes them. The last block waits until
 * the piece is verified, so that nobody can take wrong bytes for a whole response.
 *
 * <p>Confined to the event loop of its connection; only {@link #wake} is called from elsewhere. At
 * any time one of these is true: a read is under way, a write is, the connection's queue is full,
 * all that may be sent now is sent, or the transfer is over. Each but the last ends in a call of
 * {@link #advance}.
 */
final class Transfer {

  private static final Logger LOG = Logger.getLogger(Transfer.class);

  /** What is kept back of every response until its piece is verified. */
  private static final int LAST_BLOCK = 64 << 10;

  private static final int CHUNK = 128 << 10;

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Context context;
  private final PieceBytes bytes;
  private final ByteRange range;
  private final ResponseTally tally;
  private final Runnable head;
  private final Consumer<Refusal> refuse;
  private final @Nullable SocketMeter socketMeter;
  private final AtomicBoolean woken = new AtomicBoolean();

  private long position;
  private boolean headSet;
  private boolean reading;
  private boolean writing;
  private boolean over;

  /**
   * @param head sets status and headers, before the first byte is written
   * @param refuse answers instead, where no byte came
   */
  Transfer(
      HttpServerRequest request,
      PieceBytes bytes,
      ByteRange range,
      ResponseTally tally,
      Runnable head,
      Consumer<Refusal> refuse) {
    this.request = request;
    this.response = request.response();
    this.context = Vertx.currentContext();
    this.bytes = bytes;
    this.range = range;
    this.tally = tally;
    this.head = head;
    this.refuse = refuse;
    this.socketMeter = meterOf(request);
    this.position = range.start();
  }

  private static @Nullable SocketMeter meterOf(HttpServerRequest request) {
    return request.version() != HttpVersion.HTTP_2
            && request.connection() instanceof ConnectionBase connection
        ? SocketMeter.of(connection.channel())
        : null;
  }

  void start() {
    response.exceptionHandler(gone -> finish());
    response.closeHandler(gone -> finish());
    response.drainHandler(room -> advance());
    bytes.subscribe(wakeUp);
    advance();
  }

  private final Runnable wakeUp = this::wake;

  private void wake() {
    if (woken.compareAndSet(false, true)) {
      context.runOnContext(
          woke -> {
            woken.set(false);
            advance();
          });
    }
  }

  private void advance() {
    if (over || reading || writing) {
      return;
    }
    PieceBytes.State state = bytes.state();
    if (state == PieceBytes.State.AWAITED) {
      return;
    }
    if (state == PieceBytes.State.FAILED) {
      fail();
      return;
    }
    long sendable = sendable(state);
    if (range.length() == 0 && state == PieceBytes.State.VERIFIED) {
      setHead();
      response.end();
      finish();
    } else if (position < sendable && !response.writeQueueFull()) {
      read(sendable);
    }
  }

  /** The end of what may be written now. */
  private long sendable(PieceBytes.State state) {
    if (state == PieceBytes.State.VERIFIED) {
      return range.end();
    }
    return Math.min(bytes.readable(), Math.max(range.start(), range.end() - LAST_BLOCK));
  }

  private void read(long sendable) {
    reading = true;
    int length = (int) Math.min(CHUNK, sendable - position);
    long from = position;
    context
        .<ByteBuf>executeBlocking(() -> chunk(from, length), false)
        .onComplete(
            read -> {
              reading = false;
              if (read.succeeded() && !over) {
                write(read.result());
              } else if (read.succeeded()) {
                read.result().release();
              } else if (!over) {
                LOG.errorf(read.cause(), "a cached piece cannot be read; the response is cut");
                cut();
              }
            });
  }

  private ByteBuf chunk(long from, int length) throws java.io.IOException {
    ByteBuf chunk = PooledByteBufAllocator.DEFAULT.directBuffer(length, length);
    try {
      ByteBuffer to = chunk.nioBuffer(0, length);
      while (to.hasRemaining()) {
        bytes.read(to, from + to.position());
      }
      return chunk.writerIndex(length);
    } catch (Throwable e) {
      chunk.release();
      throw e;
    }
  }

  private void write(ByteBuf chunk) {
    int length = chunk.readableBytes();
    boolean first = position == range.start();
    setHead();
    position += length;
    boolean last = position == range.end();
    Buffer buffer = BufferImpl.buffer(chunk);
    // writing can fill and drain the queue at once, which would begin the next chunk in here
    writing = true;
    Future<Void> written = last ? response.end(buffer) : response.write(buffer);
    if (socketMeter == null) {
      written.onSuccess(accepted -> tally.accepted(length));
    } else if (first) {
      socketMeter.begin(range.length(), length, tally::accepted);
    }
    writing = false;
    written.onComplete(
        done -> {
          chunk.release();
          if (last) {
            tally.ended();
          }
        });
    if (last) {
      leave();
    } else {
      // not called from here: reads that end at once would nest without bound
      context.runOnContext(next -> advance());
    }
  }

  private void setHead() {
    if (!headSet) {
      headSet = true;
      head.run();
    }
  }

  private void fail() {
    if (!headSet && bytes.refusal().isPresent()) {
      refuse.accept(bytes.refusal().get());
      finish();
    } else {
      cut();
    }
  }

  /** Ends the response so that the client sees it is not whole. */
  private void cut() {
    if (!over) {
      finish();
      if (request.version() == HttpVersion.HTTP_2) {
        response.reset();
      } else {
        request.connection().close();
      }
    }
  }

  private void finish() {
    leave();
    tally.ended();
  }

  /** Needs the piece no more. */
  private void leave() {
    if (!over) {
      over = true;
      bytes.unsubscribe(wakeUp);
      bytes.close();
    }
  }
}
