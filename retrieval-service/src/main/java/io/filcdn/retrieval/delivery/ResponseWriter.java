package io.filcdn.retrieval.delivery;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.usage.ResponseTally;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.impl.ContextInternal;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * One response body on its way to a client. It follows the piece's bytes as they come, takes them
 * from memory or reads them on a worker thread, and writes them as fast as the client takes them.
 * The last block waits until the piece is verified, so that nobody can take wrong bytes for a whole
 * response; and each byte waits until it is paid for.
 *
 * <p>Confined to the event loop of its connection; only {@link #wake} is called from elsewhere. At
 * any time one of these is true: a read is under way, a write is, the connection's queue is full,
 * all that may be sent now is sent, or the transfer is over. Each but the last ends in a call of
 * {@link #advance}:
 *
 * <pre>
 *   advance --+-- bytes may be sent --------> READING --> WRITING --+
 *    ^        +-- and lie in memory --------------------> WRITING --+
 *    |        +-- the client takes no more -> QUEUE FULL -----------+
 *    |        +-- nothing may be sent ------> WAITING --------------+
 *    |        +-- failed, or all is sent ---> OVER                  |
 *    +--------------------------------------------------------------+
 *      read, written, drained; or more bytes, the verdict, quota came
 * </pre>
 */
public final class ResponseWriter {

  private static final Logger LOG = Logger.getLogger(ResponseWriter.class);

  /** The number of bytes kept back of every response until its piece is verified. */
  static final int LAST_BLOCK = 64 << 10;

  private static final int CHUNK = 64 << 10;

  /** A response that finds no quota tries again so often, for ten seconds. */
  private static final int MOST_QUOTA_WAITS = 40;

  private static final long QUOTA_WAIT_MILLIS = 250;

  private final Exchange exchange;
  private final Body body;
  private final ResponseTally tally;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final ContextInternal context;
  private final BodyWriter writer;
  private final SlowClientMonitor slowClients;
  private final long leaveMillis;
  private final AtomicBoolean woken = new AtomicBoolean();

  private final Runnable wakeUp = this::wake;
  private PieceBytes bytes;
  private long position;
  private boolean headSet;
  private boolean replaced;
  private boolean reading;
  private boolean writing;
  private boolean waiting;
  private boolean waitsForQuota;
  private int quotaWaits;
  private boolean over;
  private boolean ended;

  /** The body that is sent. */
  public interface Body {

    /** The range of the bytes. */
    ByteRange range();

    /** The place in the piece of a position of that range. */
    long inPiece(long position);

    /**
     * Sets status and headers.
     *
     * @param sniffed the media type that the piece's first bytes tell; empty where they are not
     *     here
     */
    void describe(Optional<String> sniffed);

    /**
     * The number of bytes of the piece among the next bytes of the body that the client's socket
     * has accepted: they are what is billed.
     */
    long ofPiece(long accepted);

    /** Answers with a problem instead. */
    void refuse(Problem problem);

    /**
     * Another way to the same bytes from {@code position} on, for when the disk fails.
     *
     * @param failure of the disk
     */
    PieceBytes pastTheDisk(long position, Throwable failure);
  }

  public ResponseWriter(
      Exchange exchange,
      Body body,
      PieceBytes bytes,
      ResponseTally tally,
      SlowClientMonitor.Pace pace) {
    this.exchange = exchange;
    this.body = body;
    this.bytes = bytes;
    this.tally = tally;
    this.request = exchange.request();
    this.response = request.response();
    this.context = (ContextInternal) Vertx.currentContext();
    this.writer = new BodyWriter(request, body.range().length(), this::accepted);
    this.leaveMillis = pace.windowMillis();
    this.slowClients =
        new SlowClientMonitor(context.owner(), pace, exchange::acceptedBytes, this::windowEnded);
    this.position = body.range().start();
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

  /** On the event loop at once, so that what has just arrived is sent while it lies in memory. */
  private void wake() {
    if (woken.compareAndSet(false, true)) {
      context.emit(
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
    long ready = state == PieceBytes.State.AWAITED ? position : sendable(state);
    long paid = ready > position ? Math.min(ready, paid()) : position;
    boolean more = position < paid;
    waits(!more);
    if (state == PieceBytes.State.FAILED) {
      fail();
    } else if (range.length() == 0 && state == PieceBytes.State.VERIFIED) {
      setHead();
      over = true;
      leave();
      exchange.end();
      tally.ended();
    } else if (more) {
      if (response.writeQueueFull()) {
        slowClients.begin();
      } else {
        quotaWaits = 0;
        take(paid);
      }
    } else if (position < ready) {
      awaitQuota();
    } else if (tally.mustWait() && bytes.waitsForReader()) {
      // its verdict would not come
      refuse(Problem.of(Refusal.UNVERIFIED_BUDGET_EXHAUSTED));
    }
  }

  /** Tells whether there is nothing to send now: then it is not the client that makes us wait. */
  private void waits(boolean now) {
    if (waiting != now) {
      waiting = now;
      ConnectionTimeouts.waits(request.connection(), now);
    }
  }

  /** The end of what is paid for. */
  private long paid() {
    long start = body.range().start();
    return start + tally.paid(position - start, this::quotaCame);
  }

  /** Not at once: it can be told while the transfer advances. */
  private void quotaCame() {
    if (waitsForQuota) {
      context.runOnContext(next -> advance());
    }
  }

  /**
   * Others have reserved what is left: they give back soon what they do not need, or it is gone.
   */
  private void awaitQuota() {
    if (waitsForQuota) {
      return;
    }
    if (++quotaWaits > MOST_QUOTA_WAITS) {
      LOG.debugf("a response is cut at byte %d: no quota is left", position);
      cut();
      return;
    }
    waitsForQuota = true;
    context
        .owner()
        .setTimer(
            QUOTA_WAIT_MILLIS,
            over -> {
              waitsForQuota = false;
              advance();
            });
  }

  /** The end of what may be written now, as far as the piece goes. */
  private long sendable(PieceBytes.State state) {
    ByteRange range = body.range();
    if (state == PieceBytes.State.VERIFIED) {
      return range.end();
    }
    if (bytes.isVerifiedAsItComes()) {
      return Math.min(range.end(), bytes.readableFrom(position));
    }
    long unverified = range.end() - LAST_BLOCK;
    if (position >= unverified) {
      return position;
    }
    long readable = bytes.readableFrom(position);
    return position < readable
        ? Math.min(readable, tally.unverifiedTo(position, unverified, body.inPiece(position)))
        : position;
  }

  /** Takes the next bytes from memory where they lie there, else from the disk. */
  private void take(long sendable) {
    ByteBuf here = bytes.resident(position);
    if (here != null) {
      write(cutTo(here, Math.min(sendable - position, writer.most())));
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
    position += chunk.readableBytes();
    boolean last = position == body.range().end();
    Future<Void> written = writer.write(chunk, last);
    writing = false;
    if (last) {
      // before the end, which can be told at once
      over = true;
      leave();
      if (!written.isComplete()) {
        // most clients have taken it all by the end of this turn, and need no timer
        context.nettyEventLoop().execute(this::watchUnlessEnded);
      }
    }
    written.onComplete(
        done -> {
          if (done.succeeded()) {
            chunk.release();
          } else {
            context.nettyEventLoop().execute(chunk::release);
          }
          if (last) {
            // of a stream that is reset, its end can fail before what is before it is complete
            writer.settle(this::end);
          }
        });
    if (!last) {
      // not called from here: reads that end at once would nest without bound
      context.runOnContext(next -> advance());
    }
  }

  private void watchUnlessEnded() {
    if (!ended) {
      slowClients.begin();
    }
  }

  private void accepted(long length) {
    long ofPiece = body.ofPiece(length);
    exchange.accepted(ofPiece);
    tally.accepted(ofPiece);
  }

  private void setHead() {
    if (!headSet) {
      headSet = true;
      body.describe(bytes.contentType());
    }
  }

  /** A client that takes next to nothing holds what others could use. */
  private void windowEnded(boolean tookEnough) {
    boolean waitsForClient = over ? !ended : response.writeQueueFull();
    if (!waitsForClient) {
      advance();
    } else if (tookEnough) {
      slowClients.begin();
    } else {
      LOG.debugf("a client that took %d bytes is cut off", exchange.acceptedBytes());
      cut();
    }
  }

  private void fail() {
    Problem problem = bytes.problem().orElse(null);
    if (problem == null) {
      cut();
    } else if (problem.refusal() == Refusal.CACHE_UNAVAILABLE && !replaced) {
      replace(new IOException(problem.refusal().sentence()));
    } else {
      refuse(problem);
    }
  }

  /** Tells of a problem, if that can still be told. */
  private void refuse(Problem problem) {
    if (headSet) {
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
    // what was sent of a fill has no verdict: another fetch's would be of other bytes
    boolean unverified =
        position > body.range().start()
            && bytes.state() != PieceBytes.State.VERIFIED
            && !bytes.isVerifiedAsItComes();
    if (replaced || unverified) {
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
    writer.settle(this::end);
    if (!ended) {
      // what lies in the socket's queue goes with the connection of a client that takes nothing
      context.owner().setTimer(leaveMillis, late -> closeUnlessEnded());
    }
  }

  private void closeUnlessEnded() {
    if (!ended) {
      exchange.closeConnection();
    }
  }

  /** Needs the piece no more. */
  private void leave() {
    waits(false);
    slowClients.end();
    exchange.suppliedBy(bytes.supplier());
    bytes.unsubscribe(wakeUp);
    bytes.close();
  }

  private void end() {
    ended = true;
    slowClients.end();
    tally.ended();
    exchange.ended();
  }
}
