package io.filcdn.retrieval.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.origin.OriginSupply;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.usage.FillCharge;
import io.filcdn.retrieval.usage.UnverifiedBudget.Cause;
import io.filcdn.retrieval.usage.UnverifiedBudget.Supplier;
import io.filcdn.retrieval.usage.UnverifiedEgress;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * A piece on its way from providers to the disk, for all who wait for it. Bytes are hashed and
 * written by a worker, in batches; while too many wait for it, the provider waits too. When the
 * last byte has come, count and CommP decide: the piece is kept, or all of it is forgotten.
 *
 * <pre>
 *            all bytes are here              right
 *   FETCHING ------------------> VERIFYING ---------> over, the piece is cached
 *     |   ^                          |      wrong
 *     |   | the next asks            +--------------> over, all is forgotten
 *     v   |
 *   ABANDONED -- too old, too many -----------------> over, all is forgotten
 * </pre>
 *
 * <p>Where all who waited have left, it goes on if little is missing or most is here. Otherwise it
 * is abandoned: its provider is let go, file, hash and counts stay, and the next to ask goes on
 * from there. Where something came from a suspect, or nothing came, there is nothing to go on from.
 * A fill whose providers all fail, or whose disk does, is over from any state.
 *
 * <p>Confined to the event loop that started it, but for what the worker does with a batch: at most
 * one batch is with the worker at any time.
 */
final class Fill implements OriginSupply.Taker {

  private static final Logger LOG = Logger.getLogger(Fill.class);
  private static final long PAUSE_ABOVE = 4 << 20;
  private static final long RESUME_BELOW = 1 << 20;

  /** So little is fetched to the end though nobody waits. */
  private static final long WORTH_FINISHING = 16 << 20;

  private final FillDependencies tools;
  private final Context context;
  private final PieceCid piece;
  private final DiskPieceCache disk;
  private final AbandonedFills abandonedFills;
  private final Consumer<Fill> leave;
  private final OriginSupply supply;
  private final UnverifiedEgress unverified;
  private final FillBytes bytes;

  /** The bot that all asked for who made it fetch; nobody pays for its fills. */
  private Optional<String> bot;

  /** The one that is charged for what is fetched now. */
  private Optional<FillCharge> charge;

  /** The bytes that had come when it was begun, or last went on. */
  private long wentOnFrom;

  private final ArrayDeque<ByteBuf> arrived = new ArrayDeque<>();
  private long waiting;
  private boolean working;
  private boolean complete;
  private boolean over;
  private volatile boolean forgotten;

  /** Providers of those who follow. */
  @GuardedBy("this")
  private final List<Origin> joined = new ArrayList<>();

  /** True where nobody may follow any more. */
  @GuardedBy("this")
  private boolean closed;

  /** True where nobody waits, and nothing is fetched. */
  @GuardedBy("this")
  private boolean abandoned;

  /** The outcome of a request that wants to follow. */
  enum Joined {
    /** It waits with others. */
    FOLLOWS,
    /** It makes an abandoned fill go on. */
    LEADS,
    /** Nobody is left to be asked, and the end only has to be told. */
    ENDED
  }

  /**
   * @param context what the first request brings
   * @param abandonedFills where it stays once nobody waits
   * @param leave called once, when this fill takes no more followers
   * @throws IOException where no file can be made
   */
  Fill(
      FillDependencies tools,
      PieceCid piece,
      FillContext context,
      DiskPieceCache disk,
      AbandonedFills abandonedFills,
      Consumer<Fill> leave)
      throws IOException {
    this.tools = tools;
    this.context = tools.vertx().getOrCreateContext();
    this.piece = piece;
    this.bot = context.bot();
    this.charge = context.charge();
    this.disk = disk;
    this.abandonedFills = abandonedFills;
    this.leave = leave;
    this.supply = tools.supply(OriginSupply.Wanted.whole(piece), context.origins(), this);
    this.unverified = tools.meter().openFill();
    this.bytes = new FillBytes(piece, disk.beginFill(), this::unread);
    charge.ifPresent(FillCharge::begin);
  }

  PieceCid piece() {
    return piece;
  }

  /** A reader of what comes; none where this fill is over. */
  Optional<PieceBytes> open() {
    return bytes.open();
  }

  /** The media type of the piece, once all of it is here and right. */
  Optional<String> verifiedType() {
    return bytes.verifiedType();
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

  /** Another request waits too; its providers are asked where all before them fail. */
  synchronized Joined join(FillContext follower) {
    if (closed) {
      return Joined.ENDED;
    }
    if (!abandoned) {
      joined.addAll(follower.origins());
      return Joined.FOLLOWS;
    }
    abandoned = false;
    follower.charge().ifPresent(FillCharge::begin);
    context.runOnContext(on -> goOn(follower));
    return Joined.LEADS;
  }

  /** True where nothing is fetched, as nobody waits. */
  synchronized boolean isAbandoned() {
    return abandoned;
  }

  private void goOn(FillContext context) {
    if (over) {
      // its disk failed meanwhile
      context.charge().ifPresent(each -> each.fetched(List.of()));
      return;
    }
    abandonedFills.forget(this);
    if (context.bot().isEmpty()) {
      bot = Optional.empty();
    }
    charge = context.charge();
    wentOnFrom = supply.received();
    supply.goOn(context.origins());
  }

  @Override
  public synchronized List<Origin> others() {
    List<Origin> others = List.copyOf(joined);
    joined.clear();
    return others;
  }

  @Override
  public synchronized List<Origin> more() {
    List<Origin> more = others();
    closed = more.isEmpty();
    return more;
  }

  private synchronized void close() {
    closed = true;
  }

  /** The piece is not to be kept, whatever the verdict. */
  void forget() {
    forgotten = true;
    giveUp();
  }

  /** Stops, unless the verdict is known. */
  void end() {
    context.runOnContext(on -> fail(Optional.empty(), Cause.OTHER, "the edge ends"));
  }

  // Vert.x 5 moves getByteBuf; the alternative here is a copy of every byte
  @SuppressWarnings("deprecation")
  @Override
  public void arrived(Buffer part) {
    unverified.suppliedBy(
        new Supplier(supply.supplier(), supply.host()), supply.received() - part.length());
    if (supply.received() == part.length()) {
      bytes.suppliedBy(supply.supplier());
    }
    ByteBuf came = part.getByteBuf();
    bytes.arrived(came);
    arrived.add(came);
    waiting += part.length();
    if (waiting > PAUSE_ABOVE) {
      supply.pause();
    }
    work();
  }

  @Override
  public void completed() {
    complete = true;
    work();
  }

  @Override
  public void exhausted() {
    if (supply.received() == wentOnFrom) {
      Problem problem = FillOutcome.of(supply.failures());
      fail(Optional.of(problem), Cause.OTHER, FillOutcome.told(problem));
    } else {
      fail(Optional.empty(), Cause.PROVIDER, "no provider is left");
    }
  }

  private void unread() {
    context.runOnContext(
        on -> {
          long missing = piece.rawSize() - supply.received();
          boolean worthFinishing = missing <= WORTH_FINISHING || missing <= supply.received();
          if (over || worthFinishing) {
            return;
          }
          if (supply.canBeSuspended()) {
            abandon();
          } else if (bytes.closeUnread()) {
            fail(Optional.empty(), Cause.OTHER, "everyone who waited has left");
          }
        });
  }

  private void abandon() {
    synchronized (this) {
      if (abandoned || bytes.isRead()) {
        return;
      }
      abandoned = true;
    }
    supply.suspend();
    charge();
    abandonedFills.keep(this, supply.received());
  }

  /** An abandoned fill is not kept any longer; one that goes on already, does. */
  Future<Void> giveUp() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        on -> {
          if (closeAbandoned()) {
            abandonedFills.forget(this);
            fail(Optional.empty(), Cause.OTHER, "nobody asked for it again");
          }
          done.complete();
        });
    return done.future();
  }

  /** Charges what was fetched since it was last charged. */
  private void charge() {
    // also where nobody is charged: the next is not charged for it either
    List<FillCharge.Supplied> supplied = supply.takeSupplied();
    charge.ifPresent(each -> each.fetched(supplied));
    charge = Optional.empty();
  }

  private synchronized boolean closeAbandoned() {
    closed |= abandoned;
    return abandoned;
  }

  /** Hands what has arrived to the worker, or ends the fill when all is written. */
  private void work() {
    if (working || over) {
      return;
    }
    if (!arrived.isEmpty()) {
      write(List.copyOf(arrived));
    } else if (complete) {
      verify();
    }
  }

  private void write(List<ByteBuf> batch) {
    arrived.clear();
    working = true;
    tools
        .workers()
        .executeBlocking(() -> append(batch), false)
        .onSuccess(
            written -> {
              working = false;
              waiting -= written;
              if (waiting < RESUME_BELOW) {
                supply.resume();
              }
              work();
            })
        .onFailure(
            failure -> {
              // a fill that is over has closed its file, which is no fault of the disk's
              if (!over) {
                disk.failed(failure);
              }
              fail(
                  Optional.of(Problem.of(Refusal.CACHE_UNAVAILABLE)),
                  Cause.OTHER,
                  failure.toString());
            });
  }

  private long append(List<ByteBuf> batch) throws IOException {
    long length = 0;
    for (ByteBuf part : batch) {
      bytes.append(part);
      length += part.readableBytes();
    }
    return length;
  }

  private void verify() {
    working = true;
    tools.decide(
        bytes::verdict, supply, this::succeed, why -> fail(Optional.empty(), Cause.PROVIDER, why));
  }

  private void succeed() {
    if (over) {
      return;
    }
    over = true;
    charge();
    tools.countVerified(supply, unverified, bot);
    bytes.verified();
    tools
        .workers()
        .executeBlocking(
            () -> {
              if (!forgotten) {
                bytes.keepIn(disk);
              }
              if (forgotten) {
                disk.forget(piece);
              }
              return piece;
            },
            false)
        .onFailure(disk::failed)
        .onComplete(
            kept -> {
              leave.accept(this);
              bytes.end();
            });
  }

  private void fail(Optional<Problem> why, Cause cause, String detail) {
    if (over) {
      return;
    }
    over = true;
    close();
    LOG.warnf("the fill of piece %s fails at byte %d: %s", piece, supply.received(), detail);
    supply.cancel();
    abandonedFills.forget(this);
    charge();
    leave.accept(this);
    tools.countFailed(supply, unverified, cause);
    bytes.failed(why);
    bytes.end();
  }
}
