package io.filcdn.retrieval.delivery;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.retrieval.usage.ResponseTally;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One response body on its way to a client. It follows the piece's bytes as they come, takes them
 * from memory or reads them on a worker thread, and writes them as fast as the client takes them.
 * The last block waits until the piece is verified, so that nobody can take wrong bytes for a whole
 * response.
 *
 * <p>Confined to the event loop of its connection; only {@link #wake} is called from elsewhere. At
 * any time one of these is true: a read is under way, a write is, the connection's queue is full,
 * all that may be sent now is sent, or the transfer is over. Each but the last ends in a call of
 * {@link #advance}.
 */
public final class Transfer {

  private static final Logger LOG = Logger.getLogger(Transfer.class);

  /** What is kept back of every response until its piece is verified. */
  static final int LAST_BLOCK = 64 << 10;

  private static final int CHUNK = 64 << 10;

  /** Where parts of a write are not seen, writes are as small as TLS records and HTTP/2 frames. */
  private static final int UNSEEN_CHUNK = 16 << 10;

  private final Exchange exchange;
  private final Body body;
  private final Pace pace;
  private final ResponseTally tally;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Context context;
  private final @Nullable SocketMeter socketMeter;
  private final AtomicBoolean woken = new AtomicBoolean();

  /** Lengths of writes that are not complete yet, where parts of a write are not seen. */
  private final ArrayDeque<Integer> unseen = new ArrayDeque<>();

  private final Runnable wakeUp = this::wake;
  private PieceBytes bytes;
  private long position;
  private long timer = -1;
  private long acceptedBefore;
  private boolean headSet;
  private boolean begun;
  private boolean replaced;
  private boolean reading;
  private boolean writing;
  private boolean waiting;
  private boolean over;
  private boolean ended;

  /** What is sent. */
  public interface Body {

    /** Which bytes. */
    ByteRange range();

    /** Sets status and headers. */
    void describe();

    /** Answers with a problem instead. */
    void refuse(Problem problem);

    /**
     * Another way to the same bytes from {@code position} on, for when the disk fails.
     *
     * @param failure of the disk
     */
    PieceBytes pastTheDisk(long position, Throwable failure);
  }

  /**
   * How slow a client may be.
   *
   * @param leastBytes that it must take
   * @param windowMillis within which time
   */
  public record Pace(long leastBytes, long windowMillis) {}

  public Transfer(Exchange exchange, Body body, PieceBytes bytes, ResponseTally tally, Pace pace) {
    this.exchange = exchange;
    this.body = body;
    this.bytes = bytes;
    this.tally = tally;
    this.pace = pace;
    this.request = exchange.request();
    this.response = request.response();
    this.context = Vertx.currentContext();
    this.socketMeter = meterOf(request);
    this.position = body.range().start();
  }

  /** Prepares a new connection for counting at its socket. */
  public static void meter(HttpConnection connection) {
    if (!connection.isSsl() && connection instanceof ConnectionBase base) {
      base.channel().pipeline().addFirst(new SocketMeter());
    }
  }

  private static @Nullable SocketMeter meterOf(HttpServerRequest request) {
    return request.version() != HttpVersion.HTTP_2
            && request.connection() instanceof ConnectionBase connection
        ? SocketMeter.of(connection.channel())
        : null;
  }

  /** Begins to send. */
  public void start(CacheOutcome outcome) {
    exchange.servedFrom(outcome);
    response.exceptionHandler(gone -> left());
    response.closeHandler(gone -> left());
    response.drainHandler(room -> advance());
    bytes.subscribe(wakeUp);
    advance();
  }

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
    ByteRange range = body.range();
    boolean more = state != PieceBytes.State.AWAITED && position < sendable(state);
    waits(!more);
    if (state == PieceBytes.State.FAILED) {
      fail();
    } else if (range.length() == 0 && state == PieceBytes.State.VERIFIED) {
      setHead();
      over = true;
      leave();
      response.end().onComplete(sent -> end());
    } else if (more) {
      if (response.writeQueueFull()) {
        watchPace();
      } else {
        take(sendable(state));
      }
    }
  }

  /** Whether there is nothing to send now: then it is not the client that makes us wait. */
  private void waits(boolean now) {
    if (waiting != now) {
      waiting = now;
      Patience.waits(request.connection(), now);
    }
  }

  /** The end of what may be written now. */
  private long sendable(PieceBytes.State state) {
    ByteRange range = body.range();
    if (state == PieceBytes.State.VERIFIED) {
      return range.end();
    }
    return Math.min(bytes.readable(), Math.max(range.start(), range.end() - LAST_BLOCK));
  }

  /** Takes the next bytes from memory where they lie there, else from the disk. */
  private void take(long sendable) {
    ByteBuf here = bytes.resident(position);
    if (here != null) {
      write(
          cutTo(
              here,
              Math.min(sendable - position, socketMeter == null ? CHUNK : Integer.MAX_VALUE)));
    } else {
      read(sendable);
    }
  }

  private void read(long sendable) {
    reading = true;
    long from = position;
    int wanted = (int) Math.min(CHUNK, sendable - from);
    PieceBytes source = bytes;
    context
        .executeBlocking(() -> source.read(from, wanted), false)
        .onComplete(
            read -> {
              reading = false;
              if (read.succeeded() && !over) {
                write(cutTo(read.result(), sendable - from));
              } else if (read.succeeded()) {
                read.result().release();
              } else if (!over) {
                replace(read.cause());
              }
            });
  }

  /** The first bytes of {@code found}, not more than may be sent. */
  private static ByteBuf cutTo(ByteBuf found, long sendable) {
    return found.writerIndex(found.readerIndex() + (int) Math.min(found.readableBytes(), sendable));
  }

  private void write(ByteBuf chunk) {
    setHead();
    // writing can fill and drain the queue at once, which would begin the next chunk in here
    writing = true;
    Future<Void> written;
    if (socketMeter != null) {
      written = writeSeen(chunk, socketMeter);
    } else {
      written = writeUnseen(chunk);
    }
    writing = false;
    boolean last = position == body.range().end();
    written.onComplete(
        done -> {
          chunk.release();
          if (last) {
            end();
          }
        });
    if (last) {
      over = true;
      leave();
      watchPace();
    } else {
      // not called from here: reads that end at once would nest without bound
      context.runOnContext(next -> advance());
    }
  }

  private Future<Void> writeSeen(ByteBuf chunk, SocketMeter meter) {
    int length = chunk.readableBytes();
    position += length;
    Future<Void> written = write(chunk, position == body.range().end());
    if (!begun) {
      begun = true;
      meter.begin(body.range().length(), length, this::accepted);
    }
    return written;
  }

  private Future<Void> writeUnseen(ByteBuf chunk) {
    Future<Void> written = Future.succeededFuture();
    for (int at = 0; at < chunk.readableBytes(); at += UNSEEN_CHUNK) {
      int length = Math.min(UNSEEN_CHUNK, chunk.readableBytes() - at);
      position += length;
      unseen.add(length);
      written =
          write(chunk.slice(at, length), position == body.range().end())
              .onSuccess(sent -> acceptedUnseen());
    }
    return written;
  }

  private Future<Void> write(ByteBuf part, boolean last) {
    Buffer buffer = BufferImpl.buffer(part);
    return last ? response.end(buffer) : response.write(buffer);
  }

  /** The oldest of the writes under way is complete. */
  private void acceptedUnseen() {
    Integer length = unseen.poll();
    if (length != null) {
      accepted(length);
    }
  }

  private void accepted(long length) {
    exchange.accepted(length);
    tally.accepted(length);
  }

  private void setHead() {
    if (!headSet) {
      headSet = true;
      body.describe();
      response.putHeader(HttpHeaders.CONTENT_TYPE, bytes.contentType());
    }
  }

  /** A client that takes next to nothing holds what others could use. */
  private void watchPace() {
    if (timer == -1 && !ended) {
      acceptedBefore = exchange.acceptedBytes();
      timer =
          context
              .owner()
              .setTimer(
                  pace.windowMillis(),
                  late -> {
                    timer = -1;
                    checkPace();
                  });
    }
  }

  private void checkPace() {
    long taken = exchange.acceptedBytes() - acceptedBefore;
    boolean waitsForClient = over ? !ended : response.writeQueueFull();
    if (waitsForClient && taken < pace.leastBytes()) {
      LOG.debugf("a client took %d bytes and is cut off", taken);
      cut();
    } else if (waitsForClient) {
      watchPace();
    } else {
      advance();
    }
  }

  private void fail() {
    Problem problem = bytes.problem().orElse(null);
    if (problem == null) {
      cut();
    } else if (problem.refusal() == Refusal.CACHE_UNAVAILABLE && !replaced) {
      replace(new IOException(problem.refusal().sentence()));
    } else if (headSet) {
      cut();
    } else {
      over = true;
      leave();
      body.refuse(problem);
      tally.ended();
    }
  }

  /** Goes on past a disk that fails, once. */
  private void replace(Throwable failure) {
    if (replaced) {
      LOG.errorf(failure, "the bytes of a response cannot be read; it is cut");
      cut();
      return;
    }
    replaced = true;
    bytes.unsubscribe(wakeUp);
    bytes.close();
    bytes = body.pastTheDisk(position, failure);
    bytes.subscribe(wakeUp);
    advance();
  }

  /** Ends the response so that the client sees it is not whole. */
  private void cut() {
    if (!ended) {
      left();
      exchange.abandon();
    }
  }

  /** The client is gone, or is sent away. */
  private void left() {
    if (!over) {
      over = true;
      leave();
    }
    if (request.version() == HttpVersion.HTTP_2) {
      // of the oldest frame under way a part may have reached the client
      acceptedUnseen();
      unseen.clear();
    }
    end();
  }

  /** Needs the piece no more. */
  private void leave() {
    waits(false);
    stopWatching();
    exchange.suppliedBy(bytes.supplier());
    bytes.unsubscribe(wakeUp);
    bytes.close();
  }

  private void stopWatching() {
    if (timer != -1) {
      context.owner().cancelTimer(timer);
      timer = -1;
    }
  }

  private void end() {
    ended = true;
    stopWatching();
    tally.ended();
    exchange.ended();
  }
}
