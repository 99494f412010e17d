package io.filcdn.retrieval.origin;

import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.address.Prefix;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.origin.OriginFailure.Kind;
import io.filcdn.retrieval.usage.FillCharge;
import io.filcdn.retrieval.usage.Quota;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a piece, or of a part of it, from whoever has it: candidates are asked one after the
 * other, and where one dies midway the next goes on where the taker says. Of a piece that can only
 * be verified as a whole, none goes on for another where wrong bytes of it came from any of the
 * candidates before: a whole piece from one provider shows who lied.
 *
 * <p>A provider that delivers much less than another can be expected to is replaced as if it had
 * died, and asked again only after all others: so no provider holds up those who have a better one.
 * Confined to an event loop.
 */
public final class OriginSupply implements OriginSink {

  private static final Logger LOG = Logger.getLogger(OriginSupply.class);

  /** So many answers of one provider may each bring only a part, however small. */
  private static final int MOST_SMALL_PARTS = 16;

  /** A provider that limits answers is gone on with while each brings so much. */
  private static final long WORTH_ASKING_AGAIN = 1 << 20;

  /** So many slow seconds are borne while bytes come, and before the first. */
  private static final int SLOW_SECONDS = 2;

  private static final int SILENT_SECONDS = 4;

  /** So many bytes tell of a provider's pace. */
  private static final long TELLING = 64 << 10;

  /** The seconds within which the rest of a piece has to come for it to be waited for. */
  private static final long SOON_SECONDS = 10;

  private final OriginClient client;
  private final OriginHealth health;
  private final Quota quota;
  private final LongSupplier nanoTime;
  private final PieceCid piece;

  /** Shorter once a provider was asked that goes on to less. */
  private ByteRange wanted;

  private final long mostSkipped;
  private final ArrayDeque<Origin> candidates;
  private final boolean fromOneOnly;
  private final Taker taker;

  private final Contributions contributions = new Contributions();
  private final List<OriginFailure> failures = new ArrayList<>();
  private @Nullable Origin current;
  private @Nullable OriginFetch fetch;
  private @Nullable PaceMeter meter;

  /**
   * The number of times that a provider was chosen, or none any more: it tells which choice an
   * answer of the quota is to.
   */
  private long choice;

  private int parts;
  private int slowSeconds;

  /** Those that were replaced as too slow. */
  private final Set<Origin> replaced = new HashSet<>();

  private long askedAt;
  private long askedFrom;
  private long received;
  private boolean skipped;
  private boolean over;

  /** A taker of the bytes. Called on one event loop. */
  public interface Taker {

    /** Some bytes came, in order. */
    void arrived(Buffer bytes);

    /** All bytes came. */
    void completed();

    /**
     * The position that another provider goes on from, where one has come so far and is let go:
     * what came from there on is dropped.
     *
     * @param position the end of what came
     */
    default long goesOnFrom(long position) {
      return position;
    }

    /** True where a provider may be asked for the next bytes. */
    default boolean mayBeAsked(Origin origin) {
      return true;
    }

    /**
     * The position to which a provider goes on that is about to be asked: no more is wanted then.
     *
     * @param end of what is wanted
     */
    default long goesOnTo(Origin origin, long end) {
      return end;
    }

    /**
     * The other providers that can be asked, as all candidates have failed. Asked again until
     * nobody is left.
     */
    List<Origin> more();

    /** The other providers that can be asked by now; told once. */
    List<Origin> others();

    /** No more bytes will come. */
    void exhausted();
  }

  /**
   * The bytes that are wanted.
   *
   * @param inParts whether parts of them can be verified alone, and show who lied
   * @param mostSkipped how many bytes of an answer are read past to get to them
   */
  public record Wanted(PieceCid piece, ByteRange range, boolean inParts, long mostSkipped) {

    /** All of a piece, which is verified as a whole: to begin anew would cost more. */
    public static Wanted whole(PieceCid piece) {
      return new Wanted(piece, new ByteRange(0, piece.rawSize()), false, piece.rawSize());
    }
  }

  /**
   * @param candidates whom to ask, the best first
   */
  public OriginSupply(
      OriginClient client,
      OriginHealth health,
      Quota quota,
      LongSupplier nanoTime,
      Wanted wanted,
      List<Origin> candidates,
      Taker taker) {
    this.client = client;
    this.health = health;
    this.quota = quota;
    this.nanoTime = nanoTime;
    this.piece = wanted.piece();
    this.wanted = wanted.range();
    this.mostSkipped = wanted.mostSkipped();
    this.candidates = new ArrayDeque<>(health.order(piece, candidates));
    this.fromOneOnly =
        !wanted.inParts()
            && candidates.stream()
                .anyMatch(o -> health.history().suspicion(piece, o.provider()) > 0);
    this.taker = taker;
  }

  /** Bytes that came so far, and were not dropped. */
  public long received() {
    return received;
  }

  /** The position in the piece of the next byte to come. */
  public long position() {
    return wanted.start() + received;
  }

  /** The position in the piece behind the last byte that is wanted. */
  public long end() {
    return wanted.end();
  }

  private long missing() {
    return wanted.length() - received;
  }

  /** The bytes that each provider supplied of them. */
  public Map<Origin, Long> contributions() {
    return contributions.all();
  }

  /** The bytes that each provider supplied since this was last called. */
  public List<FillCharge.Supplied> takeSupplied() {
    return contributions.takeNew();
  }

  /** The failures: who failed, and how. */
  public List<OriginFailure> failures() {
    return failures;
  }

  private @Nullable Origin nextCandidate() {
    while (candidates.isEmpty()) {
      List<Origin> more = taker.more();
      if (more.isEmpty()) {
        return null;
      }
      add(more);
    }
    return candidates.poll();
  }

  private void add(List<Origin> more) {
    for (Origin origin : more) {
      boolean known =
          candidates.contains(origin)
              || current != null && current.provider().equals(origin.provider())
              || failures.stream().anyMatch(f -> f.provider().equals(origin.provider()));
      if (!known) {
        candidates.add(origin);
      }
    }
  }

  /** Asks the next candidate. */
  public void start() {
    if (missing() == 0) {
      // who sent more than was wanted failed, but all of that is here to be judged
      over = true;
      taker.completed();
      return;
    }
    boolean mayGoOn = received == 0 || !fromOneOnly;
    Origin next = mayGoOn ? nextCandidate() : null;
    if (next == null) {
      over = true;
      taker.exhausted();
    } else {
      consider(next);
    }
  }

  /** Passes over a provider that is known not to have the piece, or to have lied about it. */
  private void consider(Origin origin) {
    Optional<OriginFailure> known = health.history().against(origin, piece);
    if (known.isPresent()) {
      failures.add(known.get());
      start();
    } else if (!taker.mayBeAsked(origin)) {
      start();
    } else {
      wanted = new ByteRange(wanted.start(), taker.goesOnTo(origin, wanted.end()));
      pay(origin);
    }
  }

  /** Reserves what the provider is to supply; waits for a lease where that is not at hand. */
  private void pay(Origin origin) {
    long missing = missing();
    long mine = ++choice;
    quota.prepare(
        List.of(new Quota.Need(QuotaName.cacheMiss(origin.dataSet()), missing)),
        hold -> {
          if (!over && mine == choice) {
            ask(origin, missing, hold.reserve(QuotaName.cacheMiss(origin.dataSet()), missing));
          }
          hold.release();
        });
  }

  private void ask(Origin origin, long missing, Quota.Outcome paid) {
    Optional<OriginFailure> refused = refused(origin, missing, paid);
    if (refused.isPresent()) {
      failures.add(refused.get());
      start();
      return;
    }
    current = origin;
    parts = 0;
    slowSeconds = 0;
    meter = client.measure(this::second);
    fetchRest(origin);
  }

  private void fetchRest(Origin origin) {
    askedAt = nanoTime.getAsLong();
    askedFrom = received;
    fetch = client.fetch(origin, piece, new ByteRange(position(), wanted.end()), this);
    // which can fail at once
    client.start(fetch);
  }

  /** The reason that the provider is not asked; nothing stays reserved then. */
  private Optional<OriginFailure> refused(Origin origin, long missing, Quota.Outcome paid) {
    String payer = origin.dataSet().toString();
    Optional<Kind> unpaid =
        switch (paid) {
          case RESERVED -> Optional.empty();
          case EXHAUSTED -> Optional.of(Kind.UNPAID);
          case CONTENDED -> Optional.of(Kind.CONTENDED);
          case UNREACHABLE -> Optional.of(Kind.UNLEASED);
        };
    if (unpaid.isPresent()) {
      return unpaid.map(kind -> new OriginFailure(origin.provider(), kind, payer));
    }
    Optional<String> busy = health.begin(origin);
    if (busy.isPresent()) {
      quota.giveBack(QuotaName.cacheMiss(origin.dataSet()), missing);
    }
    return busy.map(why -> new OriginFailure(origin.provider(), Kind.BUSY, why));
  }

  /** Asks the provider to wait. */
  public void pause() {
    if (fetch != null) {
      fetch.pause();
      Objects.requireNonNull(meter).paused();
    }
  }

  /** Lets the provider go on. */
  public void resume() {
    if (fetch != null) {
      fetch.resume();
      Objects.requireNonNull(meter).resumed();
    }
  }

  /** Needs no more bytes. */
  public void cancel() {
    if (!over) {
      over = true;
      if (fetch != null && current != null) {
        stop(fetch, current);
      }
    }
  }

  private void stop(OriginFetch stopped, Origin origin) {
    stopped.cancel();
    endMeter();
    drop(taker.goesOnFrom(position()));
    giveBackRest(origin);
    health.end(origin, Optional.empty());
    fetch = null;
    current = null;
  }

  /**
   * The bytes from {@code position} on, which the provider supplied that is asked now, are wrong:
   * it is not asked again, and the next goes on from there.
   */
  public void wrongFrom(long position) {
    Origin liar = Objects.requireNonNull(current);
    failures.add(new OriginFailure(liar.provider(), Kind.FAILED, "wrong bytes"));
    drop(position);
    stop(Objects.requireNonNull(fetch), liar);
    start();
  }

  private void drop(long position) {
    received = position - wanted.start();
  }

  /** True where {@link #suspend} is of use: something came, and another may go on after it. */
  public boolean canBeSuspended() {
    return received > 0 && !over && !fromOneOnly;
  }

  /** Needs no more bytes for now. What came stays reserved. */
  public void suspend() {
    // who waits for quota is not asked either
    choice++;
    if (fetch != null && current != null) {
      stop(fetch, current);
    }
  }

  /** Goes on after the bytes that came, with those who can be asked now. */
  public void goOn(List<Origin> origins) {
    candidates.clear();
    candidates.addAll(health.order(piece, origins));
    failures.clear();
    start();
  }

  /** All bytes were right: who supplied all of them is no suspect. */
  public void right() {
    List<ProviderId> suppliers = contributors();
    if (suppliers.size() == 1) {
      health.history().clear(piece, suppliers.getFirst());
    }
  }

  /** The bytes were wrong: all who supplied some are suspects. */
  public void wrong() {
    health.history().suspect(piece, contributors());
  }

  /** Nobody is paid for what came. */
  public void giveBackContributions() {
    contributions()
        .forEach((origin, bytes) -> quota.giveBack(QuotaName.cacheMiss(origin.dataSet()), bytes));
  }

  /** The provider that supplies bytes now. */
  public ProviderId supplier() {
    return Objects.requireNonNull(current).provider();
  }

  /** Where they are asked for. */
  public Origin origin() {
    return Objects.requireNonNull(current);
  }

  /** True where bytes are asked for there now. */
  public boolean isAsking(Origin origin) {
    return !over && fetch != null && origin.equals(current);
  }

  /** The host that they come from. */
  public Prefix host() {
    return Objects.requireNonNull(fetch).host();
  }

  /** The providers that supplied bytes. */
  public List<ProviderId> contributors() {
    return contributions.providers();
  }

  @Override
  public void answered() {
    health.answered(
        Objects.requireNonNull(current), Duration.ofNanos(nanoTime.getAsLong() - askedAt));
    OriginFetch answering = Objects.requireNonNull(fetch);
    skipped |= answering.skips() > 0;
    if (answering.skips() > mostSkipped) {
      answering.fail(
          Kind.WHOLE_ONLY,
          "expected an answer that begins at most %d bytes before byte %d, found %d"
              .formatted(mostSkipped, position(), answering.skips()));
    }
  }

  /** True where an answer began before what was asked for, as of one that knows no ranges. */
  public boolean hasSkipped() {
    return skipped;
  }

  @Override
  public void arrived(Buffer bytes) {
    received += bytes.length();
    Objects.requireNonNull(meter).came(bytes.length());
    contributions.add(Objects.requireNonNull(current), bytes.length());
    taker.arrived(bytes);
  }

  @Override
  public void ranOut() {
    Origin origin = Objects.requireNonNull(current);
    parts++;
    if (parts > MOST_SMALL_PARTS + contributions.of(origin) / WORTH_ASKING_AGAIN) {
      failed(
          new OriginFailure(
              origin.provider(),
              Kind.FAILED,
              "expected more than %d parts bring".formatted(parts)));
    } else {
      fetchRest(origin);
    }
  }

  @Override
  public void completed() {
    over = true;
    endMeter();
    measureWhole();
    health.end(Objects.requireNonNull(current), Optional.of(true));
    taker.completed();
  }

  @Override
  public void failed(OriginFailure failure) {
    Origin origin = Objects.requireNonNull(current);
    LOG.infof(
        "provider %s fails piece %s at byte %d: %s (%s)",
        failure.provider(), piece, position(), failure.kind(), failure.detail());
    failures.add(failure);
    endMeter();
    drop(taker.goesOnFrom(position()));
    giveBackRest(origin);
    Objects.requireNonNull(fetch).retryAfter().ifPresent(time -> health.leaveAlone(origin, time));
    if (failure.kind() == Kind.NOT_FOUND) {
      health.history().absent(origin, piece);
    }
    health.end(origin, isSickness(failure.kind(), origin) ? Optional.of(false) : Optional.empty());
    fetch = null;
    start();
  }

  /**
   * That it lacks a piece, keeps a gate, knows no ranges, or is busy says nothing of a provider's
   * health.
   */
  private static boolean isSickness(Kind kind, Origin origin) {
    return switch (kind) {
      case FORBIDDEN -> origin.gatedBy().isEmpty();
      case UNUSABLE, TIMEOUT, FAILED -> true;
      case NOT_FOUND, WHOLE_ONLY, BUSY, UNPAID, CONTENDED, UNLEASED -> false;
    };
  }

  /** So many bytes came within a second. */
  private void second(long bytes) {
    Origin origin = Objects.requireNonNull(current);
    add(taker.others());
    if (bytes > 0) {
      health.pace().delivered(origin.provider(), bytes);
    }
    boolean slow = missing() > bytes * SOON_SECONDS;
    slowSeconds = slow ? slowSeconds + 1 : 0;
    boolean goesOn = received == 0 || !fromOneOnly;
    if (slowSeconds >= (received == 0 ? SILENT_SECONDS : SLOW_SECONDS) && goesOn) {
      candidates.stream().filter(other -> isBetter(other, bytes)).findFirst().ifPresent(this::take);
    }
  }

  private boolean isBetter(Origin other, long bytes) {
    return !replaced.contains(other)
        && !other.provider().equals(supplier())
        && taker.mayBeAsked(other)
        && health.history().suspicion(piece, other.provider()) == 0
        && health.history().against(other, piece).isEmpty()
        && health.isAvailable(other)
        && health.pace().isMuchFaster(other.provider(), bytes);
  }

  /** Has another go on in the place of the one that is too slow. */
  private void take(Origin other) {
    Origin slow = Objects.requireNonNull(current);
    LOG.infof(
        "provider %s is slow with piece %s, provider %s goes on",
        slow.provider(), piece, other.provider());
    replaced.add(slow);
    candidates.remove(other);
    candidates.addFirst(other);
    candidates.addLast(slow);
    stop(Objects.requireNonNull(fetch), slow);
    start();
  }

  /** A fetch that took less than a second tells of the pace too, unless it brought little. */
  private void measureWhole() {
    long bytes = received - askedFrom;
    if (bytes >= TELLING && !Objects.requireNonNull(meter).everPaused()) {
      double seconds = (nanoTime.getAsLong() - askedAt + 1) / 1e9;
      health.pace().delivered(supplier(), (long) (bytes / seconds));
    }
  }

  private void endMeter() {
    if (meter != null) {
      meter.end();
    }
  }

  private void giveBackRest(Origin origin) {
    quota.giveBack(QuotaName.cacheMiss(origin.dataSet()), missing());
  }
}
