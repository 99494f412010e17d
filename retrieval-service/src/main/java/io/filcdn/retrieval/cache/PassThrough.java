package io.filcdn.retrieval.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.ByteRanges;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.media.ContentType;
import io.filcdn.retrieval.media.FirstBytes;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.origin.OriginSupply;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.usage.FillCharge;
import io.filcdn.retrieval.usage.UnverifiedBudget.Cause;
import io.filcdn.retrieval.usage.UnverifiedBudget.Supplier;
import io.filcdn.retrieval.usage.UnverifiedEgress;
import io.filcdn.retrieval.verify.PieceVerifier;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A piece that goes from providers to one client without being stored, for when the disk cannot
 * take it: verified all the same, with the last block held back until it is. Only a few megabytes
 * of it are in memory at any time; the reader must read in order, within its ranges, and what it
 * has read is gone.
 *
 * <p>Where the client leaves, it goes on if half of the piece is here and something was taken: that
 * is billable with the verdict only. Otherwise it stops.
 *
 * <p>The supply is confined to the event loop that started it; at most one buffer is with a worker
 * to be hashed; the window between hashing and reading is guarded by this object.
 */
final class PassThrough implements PieceBytes, OriginSupply.Taker {

  private static final Logger LOG = Logger.getLogger(PassThrough.class);
  private static final long WINDOW = 4 << 20;

  private final FillDependencies tools;
  private final Context context;
  private final PieceCid piece;
  private final FillContext request;
  private final ByteRanges ranges;
  private final OriginSupply supply;
  private final PieceVerifier verifier;
  private final FirstBytes first;
  private final UnverifiedEgress unverified;
  private final Consumer<PassThrough> leave;

  // on the event loop
  private final ArrayDeque<Buffer> arrived = new ArrayDeque<>();
  private boolean hashing;
  private boolean complete;
  private boolean over;

  @GuardedBy("this")
  private final ArrayDeque<ByteBuffer> window = new ArrayDeque<>();

  /** The position of the next byte to be read, and which of the ranges it lies in. */
  @GuardedBy("this")
  private long windowStart;

  @GuardedBy("this")
  private int reading;

  @GuardedBy("this")
  private long windowBytes;

  @GuardedBy("this")
  private boolean unread;

  private volatile State state = State.AWAITED;
  private volatile Optional<Problem> problem = Optional.empty();
  private volatile Optional<ProviderId> supplier = Optional.empty();
  private volatile @Nullable String contentType;
  private volatile @Nullable Runnable listener;

  /**
   * @param ranges what will be read of it
   * @param leave called once, when all is counted
   */
  PassThrough(
      FillDependencies tools,
      PieceCid piece,
      FillContext request,
      ByteRanges ranges,
      Consumer<PassThrough> leave) {
    this.tools = tools;
    this.context = tools.vertx().getOrCreateContext();
    this.piece = piece;
    this.request = request;
    this.ranges = ranges;
    this.leave = leave;
    this.supply = tools.supply(OriginSupply.Wanted.whole(piece), request.origins(), this);
    this.verifier = new PieceVerifier(piece);
    this.first = new FirstBytes(piece.rawSize());
    this.unverified = tools.meter().openPassThrough();
    this.windowStart = ranges.first().start();
    // last: what begins has to end
    request.charge().ifPresent(FillCharge::begin);
  }

  UnverifiedEgress unverified() {
    return unverified;
  }

  void start() {
    if (piece.rawSize() == 0) {
      completed();
    } else {
      supply.start();
    }
  }

  /** Stops, unless the verdict is known. */
  void end() {
    context.runOnContext(on -> fail(Optional.empty(), Cause.OTHER, "the edge ends"));
  }

  @Override
  public void arrived(Buffer part) {
    unverified.suppliedBy(
        new Supplier(supply.supplier(), supply.host()), supply.received() - part.length());
    if (supply.received() == part.length()) {
      supplier = Optional.of(supply.supplier());
    }
    arrived.add(part);
    hash();
  }

  @Override
  public void completed() {
    complete = true;
    hash();
  }

  @Override
  public List<Origin> others() {
    return List.of();
  }

  @Override
  public List<Origin> more() {
    return List.of();
  }

  @Override
  public void exhausted() {
    if (supply.received() == 0) {
      Problem problem = FillOutcome.of(supply.failures());
      fail(Optional.of(problem), Cause.OTHER, FillOutcome.told(problem));
    } else {
      fail(Optional.empty(), Cause.PROVIDER, "no provider is left");
    }
  }

  private void hash() {
    if (hashing || over) {
      return;
    }
    Buffer part = arrived.poll();
    if (part == null) {
      if (complete) {
        verify();
      }
      return;
    }
    hashing = true;
    long at = supply.received() - waitingBytes() - part.length();
    tools
        .workers()
        .<Void>executeBlocking(
            () -> {
              take(part, at);
              return null;
            },
            false)
        .onSuccess(
            taken -> {
              hashing = false;
              // as it is now: the reader may have taken some of it meanwhile, or left
              if (isFull() || waitingBytes() > WINDOW) {
                supply.pause();
              } else {
                // of a range, the reader may have all and read no more
                supply.resume();
              }
              tell();
              hash();
            })
        .onFailure(failure -> fail(Optional.empty(), Cause.OTHER, failure.toString()));
  }

  private long waitingBytes() {
    return arrived.stream().mapToLong(Buffer::length).sum();
  }

  /** Hashes a part that begins at {@code at} and keeps what the reader will want of it. */
  private void take(Buffer part, long at) {
    byte[] bytes = part.getBytes();
    verifier.update(ByteBuffer.wrap(bytes));
    synchronized (this) {
      if (!unread) {
        for (ByteRange range : ranges.all()) {
          keep(bytes, at, range);
        }
      }
      if (contentType == null) {
        first.add(ByteBuffer.wrap(bytes)).ifPresent(this::begin);
      }
    }
  }

  /** The type of the piece is known, so that the reader may begin. */
  private void begin(String type) {
    contentType = type;
    state = State.ARRIVING;
  }

  private synchronized boolean isFull() {
    return windowBytes > WINDOW;
  }

  @GuardedBy("this")
  private void keep(byte[] bytes, long at, ByteRange range) {
    int from = Math.clamp(range.start() - at, 0, bytes.length);
    int to = Math.clamp(range.end() - at, 0, bytes.length);
    if (to > from) {
      // a part of them is copied, so that the rest does not stay in memory with it
      boolean all = to - from == bytes.length;
      window.add(ByteBuffer.wrap(all ? bytes : Arrays.copyOfRange(bytes, from, to)));
      windowBytes += to - from;
    }
  }

  private void verify() {
    hashing = true;
    tools.decide(
        verifier::finish,
        supply,
        this::succeed,
        why -> fail(Optional.empty(), Cause.PROVIDER, why));
  }

  private void succeed() {
    if (over) {
      return;
    }
    over = true;
    request.charge().ifPresent(charge -> charge.fetched(supply.takeSupplied()));
    tools.countVerified(supply, unverified, request.bot());
    leave.accept(this);
    state = State.VERIFIED;
    tell();
  }

  private void fail(Optional<Problem> why, Cause cause, String detail) {
    if (over) {
      return;
    }
    over = true;
    LOG.warnf("piece %s does not pass, at byte %d: %s", piece, supply.received(), detail);
    supply.cancel();
    request.charge().ifPresent(charge -> charge.fetched(supply.takeSupplied()));
    tools.countFailed(supply, unverified, cause);
    leave.accept(this);
    problem = why;
    state = State.FAILED;
    tell();
  }

  @Override
  public State state() {
    return state;
  }

  @Override
  public Optional<Problem> problem() {
    return problem;
  }

  @Override
  public Optional<ProviderId> supplier() {
    return supplier;
  }

  @Override
  public Optional<String> contentType() {
    return Optional.of(ContentType.orUnknown(contentType, piece.rawSize()));
  }

  @Override
  public synchronized long readable() {
    return Math.min(ranges.all().get(reading).end(), windowStart + windowBytes);
  }

  /** Only so much of it fits in memory. */
  @Override
  public boolean waitsForReader() {
    return true;
  }

  @Override
  public int read(ByteBuffer to, long position) {
    int read = 0;
    synchronized (this) {
      if (position != windowStart || unread) {
        throw new IllegalStateException(
            "expected a read at %d before its end, found %d".formatted(windowStart, position));
      }
      for (Iterator<ByteBuffer> parts = window.iterator(); parts.hasNext() && to.hasRemaining(); ) {
        ByteBuffer part = parts.next();
        int length = Math.min(part.remaining(), to.remaining());
        to.put(part.slice(part.position(), length));
        part.position(part.position() + length);
        read += length;
        if (!part.hasRemaining()) {
          parts.remove();
        }
      }
      advance(read);
    }
    context.runOnContext(room -> supply.resume());
    return read;
  }

  @GuardedBy("this")
  private void advance(int read) {
    windowBytes -= read;
    windowStart += read;
    boolean isOver = windowStart == ranges.all().get(reading).end();
    if (isOver && reading + 1 < ranges.all().size()) {
      reading++;
      windowStart = ranges.all().get(reading).start();
    }
  }

  @Override
  public void subscribe(Runnable reader) {
    listener = reader;
  }

  @Override
  public void unsubscribe(Runnable reader) {
    listener = null;
  }

  private void tell() {
    Runnable reader = listener;
    if (reader != null) {
      reader.run();
    }
  }

  /**
   * Keeps nothing more.
   *
   * @return whether something was read
   */
  private synchronized boolean leaveUnread() {
    unread = true;
    window.clear();
    windowBytes = 0;
    return windowStart > ranges.first().start();
  }

  @Override
  public void close() {
    context.runOnContext(
        left -> {
          boolean mostIsHere = piece.rawSize() - supply.received() <= supply.received();
          if (leaveUnread() && mostIsHere) {
            supply.resume();
          } else {
            fail(Optional.empty(), Cause.OTHER, "its client has left");
          }
        });
  }
}
